// Tag gestures that are on their way to Python, which may be busy.
import { computed, signal } from "@preact/signals";
import type { Link } from "../wire/ask";
import type { Action } from "../wire/types";
import type { Outputs } from "./outputs";

interface Gesture {
  number: number;
  prompt: number;
  action: Action;
  value: string;
  ids: Set<number>;
}

export class Gestures {
  readonly #waiting = signal<Gesture[]>([]);
  readonly #cut = signal(false);
  #count = 0;

  constructor(
    readonly outputs: Outputs,
    readonly link: Link,
  ) {}

  /** Sends a gesture and resolves with its result in words; null without a kernel. */
  async send(action: Action, value: string, ids: number[], prompt: number): Promise<string | null> {
    const number = ++this.#count;
    this.#waiting.value = [...this.#waiting.value, { number, prompt, action, value, ids: new Set(ids) }];
    try {
      const { reply } = await this.link.ask({ kind: "tags", prompt, action, value }, [Uint32Array.from(ids).buffer]);
      this.#waiting.value = this.#waiting.value.filter((gesture) => gesture.number > number);
      return reply.says;
    } catch {
      this.#cut.value = true;
      return null;
    }
  }

  readonly waiting = computed<readonly Gesture[]>(() => this.#waiting.value);
  /** Whether a gesture could not be sent at all. */
  readonly cut = computed(() => this.#cut.value);
  /** Names of tags that have not reached Python yet. */
  readonly names = computed(() =>
    this.#waiting.value.filter(({ action }) => action === "tag").map(({ value }) => value),
  );

  /** Gestures on the current prompt that wait for Python and were not undone. */
  readonly #here = computed(() => {
    const done: Gesture[] = [];
    const undone: Gesture[] = [];
    for (const gesture of this.#waiting.value) {
      if (gesture.action === "undo") undone.push(...done.splice(-1));
      else if (gesture.action === "redo") done.push(...undone.splice(-1));
      else done.push(gesture);
    }
    return done.filter(({ prompt }) => prompt === this.outputs.info.prompt);
  });

  /** The last waiting gesture of the given kinds on an output, or undefined. */
  last(id: number, kinds: Action[], value?: string): Gesture | undefined {
    return this.#here.value
      .filter(
        (gesture) =>
          kinds.includes(gesture.action) && (value === undefined || gesture.value === value) && gesture.ids.has(id),
      )
      .at(-1);
  }
}
