// The prompt, what there is, and the search.
import { useLens } from "./use-lens";
import { useSignal } from "@preact/signals";
import { plural } from "../ui/plural";
import { print, parse } from "../text/search";
import { PromptButtons, PromptSaid } from "./tags/prompt";
import { Saved } from "./tags/saved";

export function Header() {
  const lens = useLens();
  const open = useSignal(false);
  const { title, n, prompts, notes, source, columns, params } = lens.outputs.info.value;
  // The categories are those of all prompts; this counts the ones of the prompt shown.
  const categories = columns.find((c) => c.name === source)?.categories ?? [];
  const sources = new Set(lens.outputs.columns.value[source ?? ""]?.filter((code) => code < categories.length)).size;
  const counts = [
    plural(n, "output"),
    ...(sources > 1 ? [plural(sources, source!)] : []),
    plural(lens.clusters.list.value.length, "cluster"),
  ];
  return (
    <header class="ol-header">
      <div class="ol-title">
        {title ? (
          <button
            type="button"
            class={open.value ? "ol-prompt ol-open" : "ol-prompt"}
            title={open.value ? "Show one line" : "Show the whole prompt"}
            aria-expanded={open.value}
            onClick={() => (open.value = !open.value)}
          >
            {title}
          </button>
        ) : null}
        {title ? <PromptButtons /> : null}
        <span class="ol-counts" title={params}>
          {counts.join(" · ")}
        </span>
        {notes.length > 0 && (
          <span class="ol-notes" title={notes.join("\n")}>
            {notes.length === 1 ? notes[0] : plural(notes.length, "note")}
          </span>
        )}
      </div>
      <div class="ol-controls">
        {prompts.length > 1 && <PromptSwitch />}
        <Search />
        <Saved />
      </div>
      {title ? <PromptSaid /> : null}
    </header>
  );
}

function PromptSwitch() {
  const lens = useLens();
  const { prompts } = lens.outputs.info.value;
  const index = lens.outputs.promptIndex.value;
  return (
    <span class="ol-switch">
      <button
        type="button"
        title="The prompt before"
        aria-label="The prompt before"
        disabled={index <= 0}
        onClick={() => lens.outputs.setPrompt(index - 1)}
      >
        ‹
      </button>
      <select
        aria-label="Prompt"
        value={index}
        onChange={(event) => lens.outputs.setPrompt(Number(event.currentTarget.value))}
      >
        {prompts.map((prompt, i) => (
          <option key={i} value={i}>
            {`${i + 1}/${prompts.length} · ${prompt.label.slice(0, 60)} (${prompt.n})`}
          </option>
        ))}
      </select>
      <button
        type="button"
        title="The next prompt"
        aria-label="The next prompt"
        disabled={index >= prompts.length - 1}
        onClick={() => lens.outputs.setPrompt(index + 1)}
      >
        ›
      </button>
    </span>
  ); // prettier-ignore
}

function Search() {
  const lens = useLens();
  const typed = useSignal<string | null>(null);
  const shown = print(lens.settings.all);
  const error = lens.search.error.value;
  const searching = lens.settings.all.query !== "";
  const matches = lens.search.matches.value;
  const status = lens.search.status.value;
  const selectHits = () => {
    if (matches) lens.selection.select(indices(matches), "replace");
  };
  return (
    <span class="ol-search-box">
      <input
        type="search"
        class="ol-search-input"
        placeholder="Search text or /regex/"
        aria-label="Search the outputs: a text, or a regular expression between slashes"
        aria-invalid={error !== ""}
        title={error || "Enter selects what matches"}
        spellcheck={false}
        value={typed.value ?? shown}
        onFocus={() => (typed.value = shown)}
        onBlur={() => (typed.value = null)}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          lens.settings.set(parse(event.currentTarget.value));
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.isComposing) selectHits();
        }}
      />
      {status && (
        <span class={error ? "ol-search-count ol-error" : "ol-search-count"} title={status}>
          {status}
        </span>
      )}
      {searching && !error && lens.search.count.value > 0 && (
        <button type="button" title="Select what matches (Enter)" onClick={selectHits}>
          Select
        </button>
      )}
    </span>
  );
}

export function indices(mask: Uint8Array): number[] {
  const ids: number[] = [];
  mask.forEach((m, i) => m && ids.push(i));
  return ids;
}
