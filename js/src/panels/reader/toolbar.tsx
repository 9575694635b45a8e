// The controls above the texts: what is listed, how it is shown, and which layers are visible.
import { useSignal } from "@preact/signals";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { grouped, plural } from "../../ui/format";
import { Segments } from "../../ui/layout";
import { Menu } from "../../ui/menu";
import type { Order, ReaderMode } from "../../wire/types";
import { SideButton } from "../side/side";
import { useLens } from "../use-lens";
import { Chips, MarksMenu } from "./layers";

const MODES: { mode: ReaderMode; name: string; title: string }[] = [
  { mode: "cards", name: "Cards", title: "One output per card" },
  { mode: "grid", name: "Grid", title: "Rows and columns from your columns" },
  { mode: "interleaved", name: "Interleaved", title: "Sentences that play the same part, grouped" },
];

const ORDERS: Record<Order, string> = {
  row: "by row",
  typical: "typical first",
  unusual: "unusual first",
  untagged: "untagged first",
  ranked: "suggested first",
  disputed: "disputed tags first",
};

export function Toolbar() {
  const lens = useLens();
  const mode = lens.settings.get("mode");
  const cut = useSignal<string[]>([]);
  return (
    <div class="ol-bar ol-toolbar">
      <SideButton />
      <ListMenu />
      <Segments label="Reader mode">
        {MODES.map(({ mode: one, name, title }) => (
          <Button
            key={one}
            pressed={mode === one}
            title={`${title} (m: the next mode)`}
            onClick={() => lens.settings.set({ mode: one })}
          >
            {name}
          </Button>
        ))}
      </Segments>
      <Chips cut={cut} />
      <MarksMenu cut={cut.value} />
    </div>
  ); // prettier-ignore
}

/** The content and order of the list, and the active filters. */
function ListMenu() {
  const lens = useLens();
  const listed = lens.listing.ids.value.length;
  const selected = lens.selection.count.value;
  const { n } = lens.outputs.info;
  const order = lens.settings.get("order");
  const interleaved = lens.settings.get("mode") === "interleaved";
  const scope = lens.listing.scope.value;
  const ranked = lens.listing.ranked.value;
  const of = scope === "selected" ? selected : n;
  const whole = scope === "selected" ? `${grouped(selected)} selected` : grouped(n);
  const nameOf = (one: Order) => (one === "ranked" && ranked?.name) || ORDERS[one];
  const text = `${listed === of ? (scope === "all" ? "All " : "") : `${grouped(listed)} of `}${whole}`;
  const orders = (Object.keys(ORDERS) as Order[]).filter(
    (one) =>
      one === order ||
      (one === "ranked" ? ranked : one === "disputed" ? lens.tags.tagged.value.annotators.length > 1 : true),
  );
  return (
    <Menu
      name="The listed outputs and their order"
      class="ol-list-menu"
      text={
        <>
          {text}
          {order !== "row" && !interleaved && <span class="ol-muted"> {nameOf(order)}</span>}
        </>
      }
    >
      <Segments label="Outputs to list">
        <Button pressed={scope === "all"} onClick={() => lens.listing.setScope("all")}>
          All {grouped(n)}
        </Button>
        <Button pressed={scope === "selected"} disabled={!selected} onClick={() => lens.listing.setScope("selected")}>
          Selected {grouped(selected)}
        </Button>
      </Segments>
      {!interleaved && (
        <Choice
          label="Order"
          name="Order of the outputs"
          title={order === "ranked" ? ranked?.says : undefined}
          value={order}
          set={(chosen) => lens.settings.set({ order: chosen as Order })}
        >
          {orders.map((one) => (
            <option key={one} value={one}>
              {nameOf(one)}
            </option>
          ))}
        </Choice>
      )}
      <Filters />
      {(lens.tags.tagged.value.names.length > 0 || lens.page) && (
        <Button
          aria-expanded={lens.settings.get("panel") === "tags"}
          title="All tags: colours, keys, counts by annotator, filters"
          onClick={() => lens.reading.toggle("tags")}
        >
          All tags
        </Button>
      )}
    </Menu>
  ); // prettier-ignore
}

/** Selects the outputs that pass the search and the filters. */
function Filters() {
  const lens = useLens();
  const passing = lens.filter.passing.value;
  if (!lens.filter.passes.value || !passing.length) return null;
  return (
    <Button
      title="Select all that pass search and filter (a)"
      onClick={() => lens.selection.select(passing, "replace")}
    >
      Select {plural(passing.length, "output")} that pass
    </Button>
  );
}
