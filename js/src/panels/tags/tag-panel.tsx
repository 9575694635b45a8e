// All tags: colours, keys, descriptions, counts by annotator, and filters.
import { useContext } from "preact/hooks";
import { modeOf } from "../../core/selection";
import { KEYS } from "../../core/tag-keys";
import { ANY } from "../../core/tags";
import { Button } from "../../ui/button";
import { Choice, Options } from "../../ui/choice";
import { grouped } from "../../ui/format";
import { HandInContext, useLens } from "../use-lens";
import { short } from "./short";
import { Muted } from "../../ui/layout";

/** All tags: colours, keys, descriptions, counts by annotator, and filters. */
export function TagPanel() {
  const lens = useLens();
  const HandIn = useContext(HandInContext);
  const { names, define, annotators } = lens.tags.tagged.value;
  const filter = lens.settings.get("tagged");
  const { n } = lens.outputs.info;
  const untagged = n - lens.tags.any.value.reduce((sum, m) => sum + m, 0);
  return (
    <div class="ol-drawer-body ol-tag-panel">
      {HandIn && <HandIn />}
      {annotators.length > 1 && (
        <p class="ol-hand-in">
          <Button
            pressed={lens.settings.get("blind")}
            title="Hide the tags of others on an output until you have tagged it"
            onClick={() => lens.settings.set({ blind: !lens.settings.all.blind })}
          >
            Blind
          </Button>
          <Button
            disabled={!lens.tags.disputes.value}
            pressed={lens.settings.get("order") === "disputed"}
            title="List first the outputs that several people tagged differently"
            onClick={() => lens.settings.set({ order: lens.settings.all.order === "disputed" ? "row" : "disputed" })}
          >
            {grouped(lens.tags.disputes.value)} disputed first
          </Button>
          <Choice
            label="filter by the tags of"
            name="Filter by the tags of"
            value={filter?.annotator ?? ""}
            set={(chosen) =>
              lens.settings.set({ tagged: { tag: filter ? filter.tag : ANY, annotator: chosen || null } })
            }
          >
            <option value="">everybody</option>
            <Options names={annotators} />
          </Choice>
        </p>
      )}
      <table class="ol-tag-table">
        <thead>
          <tr>
            <th scope="col">tag</th>
            <th scope="col">key</th>
            <th scope="col">meaning</th>
            {annotators.map((name) => (
              <th key={name} scope="col" class="ol-count">
                {name}
              </th>
            ))}
            <th scope="col">
              <Muted>show, select</Muted>
            </th>
          </tr>
        </thead>
        <tbody>
          {names.map((name, tag) => (
            <tr key={name}>
              <td>
                <Button
                  class={`ol-tag ol-tag-${define[tag].color}`}
                  title={`${name}\nclick for the next colour`}
                  label={`${name}: change the colour`}
                  onClick={() => lens.tagging.define(name, { color: (define[tag].color + 1) % 8 })}
                >
                  <span dir="auto">{short(name)}</span>
                </Button>
              </td>
              <td>
                <select
                  aria-label={`Key of ${name}`}
                  title="In brackets: the default key, until you choose one"
                  value={define[tag].key}
                  onChange={(event) => lens.tagging.define(name, { key: event.currentTarget.value })}
                >
                  <option value="">
                    {lens.tagKeys.all.value.includes(name) && !define[tag].key
                      ? `(${lens.tagKeys.all.value.indexOf(name)})`
                      : "–"}
                  </option>
                  {Array.from({ length: KEYS }, (_, k) => (
                    <option key={k} value={String(k + 1)}>
                      {k + 1}
                    </option>
                  ))}
                </select>
              </td>
              <td>
                <input
                  type="text"
                  class="ol-describe"
                  aria-label={`Meaning of ${name}`}
                  placeholder="when to use it"
                  defaultValue={define[tag].description}
                  dir="auto"
                  onChange={(event) => lens.tagging.define(name, { description: event.currentTarget.value.trim() })}
                />
              </td>
              {annotators.map((person, a) => (
                <td key={person} class="ol-count">
                  {grouped(lens.tags.given(tag, a))}
                </td>
              ))}
              <td class="ol-tag-tools">
                <Tools tag={name} mask={() => lens.tags.mask(tag, null)} count={lens.tags.counts.value[tag]} />
                {lens.kernel && (
                  <Button
                    title="List first the outputs most likely to need this tag; nothing is tagged"
                    onClick={() => lens.tagging.do("suggest", name)}
                  >
                    Suggest
                  </Button>
                )}
              </td>
            </tr>
          ))}
          {[ANY, null].map((tag) => {
            const any = tag === ANY;
            const mask = () => (any ? lens.tags.any.value : lens.tags.any.value.map((m) => 1 - m));
            return (
              <tr key={tag}>
                <td class="ol-muted">{any ? "any tag" : "no tag"}</td>
                <td />
                <td />
                {annotators.map((person, a) => (
                  <td key={person} class="ol-count ol-muted">
                    {grouped(any ? n - lens.tags.without(a) : lens.tags.without(a))}
                  </td>
                ))}
                <td class="ol-tag-tools">
                  <Tools tag={tag} mask={mask} count={any ? n - untagged : untagged} />
                  {!any && lens.kernel && (
                    <Button
                      title="List first the outputs least like the tagged ones"
                      onClick={() => lens.tagging.do("unlike")}
                    >
                      Unlike first
                    </Button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  ); // prettier-ignore
}

/** Lists or selects the outputs with a tag; `ANY` means any tag, null none. */
function Tools({ tag, mask, count }: { tag: string | null; mask: () => Uint8Array; count: number }) {
  const lens = useLens();
  const filter = lens.settings.get("tagged");
  const only = filter !== null && filter.tag === tag;
  return (
    <>
      <Button
        pressed={only}
        title="List only these; click again to list all"
        onClick={() => lens.settings.set({ tagged: only ? null : { tag, annotator: filter?.annotator ?? null } })}
      >
        Only
      </Button>
      <Button
        title="Shift adds, Alt removes"
        onClick={(event) => {
          const m = mask();
          lens.selection.select(
            lens.outputs.where((i) => m[i] > 0),
            modeOf(event),
          );
        }}
      >
        Select {grouped(count)}
      </Button>
    </>
  );
}
