// Questions to Python, and the dispatcher that routes each answer to its question.
import type { Model, Notice, Question, Reply } from "./types";

/** The number of questions that one view can ask. */
const PER_VIEW = 2 ** 20;

/** The reply that answers each question. */
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

/** The connection of one view to Python. */
export interface Link {
  /** Whether a kernel answers. */
  readonly kernel: boolean;
  /**
   * Sends a question and resolves with its answer. Rejects if it cannot be sent; never settles once the view has ended.
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
