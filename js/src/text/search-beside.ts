// Search in a worker that keeps the texts: the page stays responsive during a long search, and an expression that
// backtracks endlessly is aborted.
import { hits } from "./search";

/** Milliseconds before a job is aborted. */
const LIMIT = 3000;
/** Texts to search before the worker checks for a newer query. */
const SLICE = 1000;

export const TOO_SLOW = `given up after ${LIMIT / 1000} s: it backtracks too much on these texts; write it more exactly`;

/** UTF-8 bytes of texts; text i goes from offsets[i] to offsets[i + 1]. */
export interface Bytes {
  bytes: Uint8Array;
  offsets: Uint32Array;
}

export interface Found {
  ids: Uint32Array | null;
  error: string;
}

export interface Spans {
  /** Start and end of every hit of each text, as flat lists; null if unknown. */
  spans: number[][] | null;
  error: string;
}

type Job = { id: number; pattern: RegExp } & ({ kind: "find"; texts?: Bytes } | { kind: "spans"; texts: string[] });
type Answer = { id: number; result: Uint32Array | number[][] | null };

/**
 * Handles a message in the worker; `post` sends the answer. A newer search ends the running one, which answers null.
 * Its source is sent to the worker, so it may refer only to its arguments.
 */
export function serve(post: (answer: Answer) => void, find: typeof hits, slice: number, pause: () => Promise<void>) {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let kept: Bytes = { bytes: new Uint8Array(), offsets: new Uint32Array(1) };
  let latest = 0;
  return async (job: Job): Promise<void> => {
    if (job.kind === "spans") {
      post({ id: job.id, result: job.texts.map((text) => find(text, job.pattern)) });
      return;
    }
    latest = job.id;
    if (job.texts) kept = job.texts;
    const { bytes, offsets } = kept;
    const ids: number[] = [];
    for (let i = 0; i + 1 < offsets.length; i++) {
      if (i % slice === slice - 1) {
        await pause();
        if (latest !== job.id) {
          post({ id: job.id, result: null });
          return;
        }
      }
      if (find(decoder.decode(bytes.subarray(offsets[i], offsets[i + 1])), job.pattern, 1).length) ids.push(i);
    }
    post({ id: job.id, result: Uint32Array.from(ids) });
  };
}

/** One turn of the event loop, so that a message can arrive; a timer would wait 4 ms. */
function turn(): Promise<void> {
  return new Promise((go) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      go();
    };
    port2.postMessage(0);
  });
}

interface Waiting {
  job: Job;
  limited: boolean;
  settle(result: Answer["result"], error: string): void;
  timer?: ReturnType<typeof setTimeout>;
}

export class SearchWorker {
  #worker: Pick<Worker, "postMessage" | "terminate"> | null = null;
  #url = "";
  /** The bytes that the worker already has. */
  #sent: Uint8Array | null = null;
  readonly #waiting = new Map<number, Waiting>();
  #ids = 0;
  #finding = 0;

  constructor(until: AbortSignal) {
    until.addEventListener("abort", () => this.#end());
  }

  /**
   * The texts that match a pattern; null after an error, or if a newer search replaced this one. `limited` aborts it
   * after 3 s.
   */
  async find(texts: Bytes, pattern: RegExp, limited: boolean): Promise<Found> {
    // The replaced search keeps its limit: the worker may be stuck in it.
    this.#waiting.get(this.#finding)?.settle(null, "");
    const id = (this.#finding = ++this.#ids);
    const { result, error } = await this.#ask({ id, kind: "find", pattern, texts }, limited);
    return { ids: result as Uint32Array | null, error };
  }

  /** The hits in each text. */
  async spans(texts: string[], pattern: RegExp): Promise<Spans> {
    const { result, error } = await this.#ask({ id: ++this.#ids, kind: "spans", pattern, texts }, true);
    return { spans: result as number[][] | null, error };
  }

  #ask(job: Job, limited: boolean): Promise<{ result: Answer["result"]; error: string }> {
    return new Promise((resolve) => {
      const settle: Waiting["settle"] = (result, error) => resolve({ result, error });
      const waiting: Waiting = { job, limited, settle };
      this.#waiting.set(job.id, waiting);
      this.#send(waiting);
    });
  }

  #send(waiting: Waiting): void {
    const { job, limited } = waiting;
    clearTimeout(waiting.timer);
    if (limited) waiting.timer = setTimeout(() => this.#giveUp(job), LIMIT);
    this.#worker ??= this.#start();
    if (job.kind === "find") {
      const { texts, ...rest } = job;
      const known = this.#sent === texts!.bytes;
      this.#sent = texts!.bytes;
      this.#worker.postMessage(known ? rest : job);
    } else this.#worker.postMessage(job);
  }

  #start(): Pick<Worker, "postMessage" | "terminate"> {
    const source = `const answer=(${serve})((a)=>postMessage(a),${hits},${SLICE},${turn});onmessage=({data})=>answer(data)`;
    this.#url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    let worker: Worker;
    try {
      worker = new Worker(this.#url);
    } catch {
      return this.#here();
    }
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#settle(data.id, data.result, "");
    worker.onerror = () => {
      this.#stop();
      this.#worker = this.#here();
      for (const waiting of this.#waiting.values()) this.#send(waiting);
    };
    return worker;
  }

  /** Runs the search in the page if workers are not allowed. */
  #here(): Pick<Worker, "postMessage" | "terminate"> {
    const answer = serve(({ id, result }) => this.#settle(id, result, ""), hits, SLICE, turn);
    return { postMessage: answer, terminate: () => {} };
  }

  #settle(id: number, result: Answer["result"], error: string): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    waiting.settle(result, error);
  }

  /** Ends a stuck worker. Jobs with the same expression fail; the others are sent again. */
  #giveUp({ pattern }: Job): void {
    this.#stop();
    for (const [id, waiting] of [...this.#waiting]) {
      if (`${waiting.job.pattern}` === `${pattern}`) this.#settle(id, null, TOO_SLOW);
      else this.#send(waiting);
    }
  }

  #stop(): void {
    this.#worker?.terminate();
    URL.revokeObjectURL(this.#url);
    this.#worker = this.#sent = null;
  }

  #end(): void {
    this.#stop();
    for (const id of [...this.#waiting.keys()]) this.#settle(id, null, "");
  }
}
