// Questions to Python, and the dispatcher that routes each answer to its question.
import { type Signal, signal } from "@preact/signals";
import type { Model, Notice, Question, Reply } from "./types";

/** What to do when the kernel was restarted or has ended. */
export const NO_KERNEL = "The kernel was restarted or has ended. Run the cell again.";

/** The number of questions that one view can ask. */
const PER_VIEW = 2 ** 20;

/** The reply that answers each question. */
interface Answers {
  texts: "texts";
  find: "found";
  count: "counted";
  compare: "compared";
  density: "density";
  tags: "tagged";
  export: "exported";
}

export interface Answer<R extends Reply = Reply> {
  reply: R;
  buffers: DataView[];
}

/** The connection of one view to Python. */
export interface Link {
  /** Whether the widget has a kernel; a page has none. */
  readonly kernel: boolean;
  /** Whether the kernel was restarted or has ended: nothing answers until the cell runs again. */
  readonly gone: Signal<boolean>;
  /**
   * Sends a question and resolves with its answer. Rejects if the kernel is gone; never settles once the view has ended.
   */
  ask<K extends Question["kind"]>(
    question: Extract<Question, { kind: K }>,
    buffers?: ArrayBuffer[],
  ): Promise<Answer<Extract<Reply, { kind: Answers[K] }>>>;
  /** Sends a message without an answer: its result arrives as a trait. */
  tell(notice: Notice): void;
}

export function link(model: Model, until: AbortSignal): Link {
  // Every view of a lens receives all answers, so each counts from a number of its own.
  const first = PER_VIEW * Math.floor(Math.random() * 2 ** 31);
  const open = new Map<number, (answer: Answer<any>) => void>();
  let asked = 0;
  const gone = signal(false);
  const end = () => (gone.value = true);
  const receive = (reply: Reply, buffers: DataView[]) => {
    const resolve = open.get(reply?.id);
    open.delete(reply?.id);
    resolve?.({ reply, buffers });
  };
  model.on("msg:custom", receive);
  // Jupyter's widget manager disconnects its models when the kernel restarts.
  model.on("comm_live_update", end);
  until.addEventListener("abort", () => {
    model.off("msg:custom", receive);
    model.off("comm_live_update", end);
    open.clear();
  });
  return {
    kernel: model.kernel !== false,
    gone,
    ask: (question, buffers) =>
      new Promise((resolve, reject) => {
        if (until.aborted) return;
        const id = first + ++asked;
        try {
          if (gone.value) throw new Error(NO_KERNEL);
          open.set(id, resolve);
          model.send({ ...question, id }, undefined, buffers);
        } catch (error) {
          open.delete(id);
          reject(error);
        }
      }),
    tell: (notice) => model.send(notice),
  };
}
