// The header: the prompt and the way to other prompts, the summary, and the search field.
import { useLens } from "./use-lens";
import { useSignal } from "@preact/signals";
import { Button, Plain, Step } from "../ui/button";
import { grouped, plural } from "../ui/format";
import { print, parse } from "../text/search";
import { Found, selectMatches } from "./found";
import { PromptButtons, PromptTags } from "./tags/prompt";

export function Header() {
  const lens = useLens();
  const open = useSignal(false);
  const { prompts, title: shown } = lens.outputs.info;
  const preparing = lens.outputs.preparing.value;
  // The chosen prompt, even while the panels below still show the previous one.
  const title = preparing ? (prompts[lens.outputs.promptIndex.value]?.label ?? "") : shown;
  return (
    <header class="ol-header">
      {(title || prompts.length > 1) && (
        <div class="ol-title">
          {title && (
            <Button
              class={open.value ? "ol-prompt ol-open" : "ol-prompt"}
              title={open.value ? "Show less" : "Show the whole prompt"}
              aria-expanded={open.value}
              onClick={() => (open.value = !open.value)}
            >
              {title}
            </Button>
          )}
          {title && !preparing ? <PromptButtons /> : null}
          {prompts.length > 1 && <PromptSwitch />}
        </div>
      )}
      {title && !preparing ? <PromptTags /> : null}
      <div class="ol-summary-row">
        <Summary />
        <Search />
        <Plain title="All keys (?)" label="Show all keys" onClick={() => (lens.help.value = true)}>
          <kbd>?</kbd>
        </Plain>
      </div>
      {lens.side.share.value === 1 && <Found />}
    </header>
  ); // prettier-ignore
}

/** The summary sentence. */
function Summary() {
  const { outputs, summary } = useLens();
  const { params, notes } = outputs.info;
  return (
    <span class="ol-summary" title={params}>
      {outputs.preparing.value
        ? "Preparing…"
        : summary.pieces.value.map((piece) =>
            piece.view || piece.rows.length || piece.cluster !== null ? (
              // A span, because a button cannot wrap onto the next line.
              <span
                role="button"
                tabIndex={0}
                onClick={() => summary.follow(piece)}
                onKeyDown={(event) => {
                  const space = event.key === " ";
                  // Space would scroll the page as well.
                  if (space) event.preventDefault();
                  if (space || event.key === "Enter") summary.follow(piece);
                }}
              >
                {joined(piece.text)}
              </span>
            ) : (
              joined(piece.text)
            ),
          )}
      {notes.length > 0 && " "}
      {notes.length > 0 && (
        <span class="ol-notes" title={notes.join("\n")}>
          {notes.length === 1 ? notes[0] : plural(notes.length, "note")}
        </span>
      )}
    </span>
  );
}

/** Keeps a number and its percent sign on one line. */
const joined = (text: string): string => text.replaceAll(" %", "\u00a0%");

/** Navigation between prompts. */
function PromptSwitch() {
  const lens = useLens();
  const { prompts } = lens.outputs.info;
  const index = lens.outputs.promptIndex.value;
  return (
    <span class="ol-switch">
      <Step back to="prompt" disabled={index <= 0} onClick={() => lens.outputs.setPrompt(index - 1)} />
      <span class="ol-which">
        {grouped(index + 1)} of {grouped(prompts.length)} <span aria-hidden="true">▾</span>
        <select
          aria-label="Prompt"
          title="Go to a prompt"
          value={index}
          onChange={(event) => {
            const chosen = Number(event.currentTarget.value);
            event.currentTarget.value = String(index);
            if (chosen < 0) lens.settings.set({ panel: "prompts" });
            else lens.outputs.setPrompt(chosen);
          }}
        >
          <option value={-1}>All {grouped(prompts.length)} prompts…</option>
          {prompts.map((prompt, i) => (
            <option key={i} value={i}>
              {`${i + 1}/${prompts.length} · ${prompt.label.slice(0, 60)} (${prompt.n})`}
            </option>
          ))}
        </select>
      </span>
      <Step to="prompt" disabled={index >= prompts.length - 1} onClick={() => lens.outputs.setPrompt(index + 1)} />
    </span>
  ); // prettier-ignore
}

function Search() {
  const lens = useLens();
  const typed = useSignal<string | null>(null);
  const shown = print(lens.settings.all);
  const error = lens.search.error.value;
  return (
    <input
      type="search"
      class="ol-search-input"
      placeholder="Search text or /regex/"
      aria-label="Search the outputs: text, or a regular expression between slashes"
      aria-invalid={error !== ""}
      title={error || "Press Enter to select the matches"}
      spellcheck={false}
      value={typed.value ?? shown}
      onFocus={() => (typed.value = shown)}
      onBlur={() => (typed.value = null)}
      onInput={(event) => {
        typed.value = event.currentTarget.value;
        lens.settings.set(parse(event.currentTarget.value));
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.isComposing) selectMatches(lens, event.currentTarget);
      }}
    />
  );
}
