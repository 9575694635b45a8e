// Matches outside the list: in other prompts, and in the names of sources.
import { ofSource } from "../core/by-source";
import { modeOf } from "../core/selection";
import { Button } from "../ui/button";
import { plural } from "../ui/format";
import { useLens } from "./use-lens";

export function Elsewhere() {
  const lens = useLens();
  const { query, regex } = lens.settings.all;
  const { prompts, source } = lens.outputs.info;
  const others = lens.otherPrompts.list.value;
  const of = regex ? null : ofSource(lens.outputs, query);
  return (
    <>
      {others.length > 0 && (
        <select
          class="ol-elsewhere"
          title="Go to a prompt with matches"
          value=""
          onChange={(event) => lens.outputs.setPrompt(Number(event.currentTarget.value))}
        >
          <option value="">{lens.otherPrompts.words.value}</option>
          {others.map(({ prompt, label, count }) => (
            <option key={prompt} value={prompt}>
              {`${plural(count, "output")} · ${prompt + 1}/${prompts.length} · ${label.slice(0, 60)}`}
            </option>
          ))}
        </select>
      )}
      {of && (
        <Button
          title={of.names.join("\n")}
          onClick={(event) => {
            lens.search.clear();
            lens.selection.select(of.ids, modeOf(event));
          }}
        >
          Select {plural(of.ids.length, "output")} of{" "}
          {of.names.length > 1 ? plural(of.names.length, source!) : lens.outputs.short(source, of.names[0])}
        </Button>
      )}
    </>
  );
}
