// What the tests of tags share.

import type { Lens } from "../core/lens";
import type { PageModel } from "../page/page-model";
import type { Tagged } from "../wire/types";
import { make } from "./fixture";

/** Sets the tags as Python sends them. */
export function setTagged(lens: Lens, change: Partial<Tagged>) {
  lens.tags.traits.tagged.value = { ...lens.tags.traits.tagged.value, ...change };
}

export function showPrompt(model: PageModel, prompt: number) {
  model.set("_info", { ...(model.get("_info") as object), prompt });
}

/** A model whose kernel stays busy until the test lets it answer. */
export function busy() {
  const made = make();
  const sent: any[] = [];
  made.model.send = (content) => void sent.push(content);
  const reply = (id: number) => made.model.answer({ kind: "tagged", prompt: 0, id, says: "Tagged" });
  return { ...made, sent, reply };
}

export const settled = () => new Promise((resolve) => setTimeout(resolve));
