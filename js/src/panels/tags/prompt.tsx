// Tags and notes of the prompt itself.
import { PROMPT } from "../../wire/types";
import { useLens } from "../use-lens";
import { Chips } from "./chips";
import { Notes } from "./notes";
import { Plain } from "../../ui/button";

/** Buttons to tag the prompt or write a note on it. */
export function PromptButtons() {
  const lens = useLens();
  const target = lens.tagging.card(PROMPT);
  return (
    <span class="ol-of-prompt">
      <Plain title="Tag the prompt itself" label="Tag the prompt" onClick={() => lens.tagging.type(target)}>
        Tag
      </Plain>
      <Plain
        title="Write a note on the prompt itself"
        label="Note on the prompt"
        onClick={() => lens.tagging.write(target)}
      >
        Note
      </Plain>
    </span>
  ); // prettier-ignore
}

/** The prompt's tags and notes. */
export function PromptTags() {
  const lens = useLens();
  if (!lens.tags.of([PROMPT]).length && !lens.tags.notes([PROMPT]).length) return null;
  return (
    <div class="ol-prompt-said" role="group" aria-label="Tags and notes of the prompt">
      <Chips id={PROMPT} />
      <Notes id={PROMPT} />
    </div>
  );
}
