// A regular expression over all texts, beside the page: one that backtracks without end is given up and blocks nothing.
import { hits } from "./search";

/** Milliseconds after which an expression is given up. */
const LIMIT = 3000;

export interface Found {
  ids: Uint32Array | null;
  error: string;
}

interface Job {
  bytes: Uint8Array;
  offsets: Uint32Array;
  pattern: RegExp;
}

/** The texts in which `pattern` hits, or why it could not be told. Ends with `until`. */
export function findBeside(job: Job, until: AbortSignal): Promise<Found> {
  return new Promise((resolve) => {
    const source = `onmessage=({data})=>postMessage((${matching})(data,${hits}))`;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    let worker: Worker;
    const end = (found: Found) => {
      clearTimeout(timer);
      worker?.terminate();
      URL.revokeObjectURL(url);
      resolve(found);
    };
    const slow = `given up after ${LIMIT / 1000} s: it backtracks too much on these texts; write it more exactly`;
    const timer = setTimeout(() => end({ ids: null, error: slow }), LIMIT);
    until.addEventListener("abort", () => end({ ids: null, error: "" }), { once: true });
    // Where a page allows no worker the search is done here, as a plain text's is.
    const here = () => end({ ids: matching(job, hits), error: "" });
    try {
      worker = new Worker(url);
    } catch {
      return here();
    }
    worker.onerror = here;
    worker.onmessage = ({ data }) => end({ ids: data, error: "" });
    worker.postMessage(job);
  });
}

/** Its source goes to the worker, so it refers to nothing but what it is given. All hits, as the reader marks them all. */
function matching({ bytes, offsets, pattern }: Job, find: typeof hits): Uint32Array {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const ids: number[] = [];
  for (let i = 0; i + 1 < offsets.length; i++) {
    if (find(decoder.decode(bytes.subarray(offsets[i], offsets[i + 1])), pattern).length) ids.push(i);
  }
  return Uint32Array.from(ids);
}
