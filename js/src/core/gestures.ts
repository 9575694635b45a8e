// Tag gestures that are on their way to Python, which may be busy.
import { computed, signal } from "@preact/signals";
import type { Link } from "../wire/ask";
import type { Action, Ranking } from "../wire/types";
import type { Outputs } from "./outputs";

/** Actions that change only the order of the list. */
export const RANKINGS = new Set<Action>(["suggest", "unlike", "similar"] satisfies Ranking[]);

/** What you gave an output, as the gesture that gives it. */
export interface Given {
  action: Action;
  value: string;
}

interface Gesture extends Given {
  number: number;
  prompt: number;
  /** The outputs, with what you had given each before; undefined if unknown. */
  ids: Map<number, Given | undefined>;
  answered: boolean;
}

export class Gestures {
  /** The gestures since all were last answered: an undo on its way may concern one that is answered. */
  readonly #recent = signal<Gesture[]>([]);
  #count = 0;

  constructor(
    readonly outputs: Outputs,
    readonly link: Link,
  ) {}

  /**
   * Sends a gesture on outputs and resolves with its result in words. `ids` holds what you had given each before. Throws
   * if there is no kernel: then nothing has changed.
   */
  async send(action: Action, value: string, ids: Gesture["ids"], prompt: number): Promise<string> {
    const number = ++this.#count;
    const gesture = { number, prompt, action, value, ids, answered: false };
    this.#recent.value = [...this.#recent.value, gesture];
    try {
      const bytes = Uint32Array.from(ids.keys()).buffer;
      const { reply } = await this.link.ask({ kind: "tags", prompt, action, value }, [bytes]);
      const recent = this.#recent.value.map((each) => (each.number > number ? each : { ...each, answered: true }));
      this.#recent.value = recent.at(-1)?.answered ? [] : recent;
      return reply.says;
    } catch (error) {
      this.#recent.value = this.#recent.value.filter((each) => each.number !== number);
      throw error;
    }
  }

  readonly waiting = computed<readonly Gesture[]>(() => this.#recent.value.filter(({ answered }) => !answered));
  /** Names of tags that may not have reached Python yet. */
  readonly names = computed(() =>
    this.#recent.value.filter(({ action }) => action === "tag").map(({ value }) => value),
  );

  /** The recent gestures on the current prompt, oldest first: those that hold, and those undone. */
  readonly #here = computed(() => {
    const done: Gesture[] = [];
    // null: a gesture before these, which only Python knows.
    let undone: (Gesture | null)[] = [];
    for (const gesture of this.#recent.value) {
      if (gesture.action === "undo") undone.push(done.pop() ?? null);
      else if (gesture.action === "redo") {
        const again = undone.pop();
        if (again) done.push(again);
      } else if (!RANKINGS.has(gesture.action)) {
        done.push(gesture);
        // What was undone before another gesture cannot be redone.
        undone = [];
      }
    }
    const here = this.#recent.value.filter(({ prompt }) => prompt === this.outputs.info.prompt);
    return [here.filter((gesture) => done.includes(gesture)), here.filter((gesture) => !done.includes(gesture))];
  });

  /** What you gave an output by gestures that Python may not have shown yet; undefined if there are none. */
  last(id: number, kinds: Action[], value?: string): Given | undefined {
    // Nearly always: called for each output of a selection.
    if (!this.#recent.value.length) return undefined;
    const [done, undone] = this.#here.value.map((gestures) =>
      gestures.filter(
        (gesture) =>
          kinds.includes(gesture.action) && (value === undefined || gesture.value === value) && gesture.ids.has(id),
      ),
    );
    return done.at(-1) ?? undone[0]?.ids.get(id);
  }
}
