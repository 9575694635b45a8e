// The prompt, what there is, and the search.
import { useSignal } from "@preact/signals";
import { plural } from "../ui/plural";
import { print, parse } from "../text/search";
import type { State } from "../core/state";
import { PromptButtons, PromptSaid, Saved } from "./tags/tags";

export function Header({ state }: { state: State }) {
  const open = useSignal(false);
  const { title, n, prompts, notes, source, columns, params } = state.info.value;
  const sources = columns.find((c) => c.name === source)?.categories?.length ?? 0;
  const counts = [
    plural(n, "output"),
    ...(sources > 1 ? [plural(sources, source!)] : []),
    plural(state.clusters.value.length, "cluster"),
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
        {title ? <PromptButtons state={state} /> : null}
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
        {prompts.length > 1 && <PromptSwitch state={state} />}
        <Search state={state} />
        <Saved state={state} />
      </div>
      {title ? <PromptSaid state={state} /> : null}
    </header>
  );
}

function PromptSwitch({ state }: { state: State }) {
  const { prompts } = state.info.value;
  const index = state.traits.promptIndex.value;
  return (
    <span class="ol-switch">
      <button
        type="button"
        title="The prompt before"
        aria-label="The prompt before"
        disabled={index <= 0}
        onClick={() => state.setPrompt(index - 1)}
      >
        ‹
      </button>
      <select
        aria-label="Prompt"
        value={index}
        onChange={(event) => state.setPrompt(Number(event.currentTarget.value))}
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
        onClick={() => state.setPrompt(index + 1)}
      >
        ›
      </button>
    </span>
  ); // prettier-ignore
}

function Search({ state }: { state: State }) {
  const typed = useSignal<string | null>(null);
  const shown = print(state.view.value);
  const error = state.searchError.value;
  const searching = state.view.value.query !== "";
  const matches = state.matches.value;
  const status = state.searchSays.value;
  const selectHits = () => {
    if (matches) state.select(indices(matches), "replace");
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
          state.set(parse(event.currentTarget.value));
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
      {searching && !error && state.matchCount.value > 0 && (
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
