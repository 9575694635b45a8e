// Questions to Python, and the one dispatcher that hands each answer to who asked.
import type { Model, Notice, Question, Reply } from "./types";

/** Questions that one view can ask. */
const PER_VIEW = 2 ** 20;

/** Which reply answers which question. */
interface Answers {
  texts: "texts";
  find: "found";
  count: "counted";
  distinctive: "distinctive";
  tags: "tagged";
}

export interface Answer<R extends Reply = Reply> {
  reply: R;
  buffers: DataView[];
}

/** How one view talks to Python. */
export interface Link {
  /** Whether anybody answers. */
  readonly kernel: boolean;
  /**
   * Sends a question and resolves with its answer. Rejects where it cannot be sent; is never settled once the view has
   * ended.
   */
  ask<K extends Question["kind"]>(
    question: Extract<Question, { kind: K }>,
    buffers?: ArrayBuffer[],
  ): Promise<Answer<Extract<Reply, { kind: Answers[K] }>>>;
  /** Sends what no message answers: its result arrives as a trait. */
  tell(notice: Notice): void;
}

export function link(model: Model, until: AbortSignal): Link {
  // Every view of a lens receives all answers, so each counts from a number of its own.
  const first = PER_VIEW * Math.floor(Math.random() * 2 ** 31);
  const open = new Map<number, (answer: Answer<any>) => void>();
  let asked = 0;
  const receive = (reply: Reply, buffers: DataView[]) => {
    const resolve = open.get(reply?.id);
    open.delete(reply?.id);
    resolve?.({ reply, buffers });
  };
  model.on("msg:custom", receive);
  until.addEventListener("abort", () => {
    model.off("msg:custom", receive);
    open.clear();
  });
  return {
    kernel: model.kernel !== false,
    ask: (question, buffers) =>
      new Promise((resolve, reject) => {
        if (until.aborted) return;
        const id = first + ++asked;
        open.set(id, resolve);
        try {
          model.send({ ...question, id }, undefined, buffers);
        } catch (error) {
          open.delete(id);
          reject(error);
        }
      }),
    tell: (notice) => model.send(notice),
  };
}
