// The controls above the texts: what is listed, how it is shown, and which layers are visible.
import { useSignal } from "@preact/signals";
import { Button } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { grouped, plural } from "../../ui/format";
import { Segments } from "../../ui/layout";
import { Menu } from "../../ui/menu";
import type { Order, PointsOrder, ReaderMode } from "../../wire/types";
import { SideButton } from "../side/side";
import { useLens } from "../use-lens";
import { Chips, MarksMenu } from "./layers";

const MODES: { mode: ReaderMode; name: string; title: string }[] = [
  { mode: "cards", name: "Cards", title: "One output per card" },
  { mode: "grid", name: "Grid", title: "Rows and columns from your columns" },
  { mode: "interleaved", name: "Interleaved", title: "Sentences that play the same part, grouped" },
  { mode: "points", name: "Points", title: "What the outputs say, and how many say it" },
];

const ORDERS: Record<Order, string> = {
  row: "by row",
  typical: "typical first",
  unusual: "unusual first",
  untagged: "untagged first",
  ranked: "suggested first",
  disputed: "disputed tags first",
  complete: "most complete first",
  alone: "says what no other says",
};

const POINTS_ORDERS: Record<PointsOrder, string> = {
  made: "most made first",
  place: "by place",
  differ: "differs most by source",
  rare: "rarest first",
};

/** Whether a mode shows the outputs in an order that the user chooses. */
export const hasOrder = (mode: ReaderMode) => mode === "cards" || mode === "grid";

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
  const mode = lens.settings.get("mode");
  const scope = lens.listing.scope.value;
  const ranked = lens.listing.ranked.value;
  const of = scope === "selected" ? selected : n;
  const whole = scope === "selected" ? `${grouped(selected)} selected` : grouped(n);
  const nameOf = (one: Order) => (one === "ranked" && ranked?.name) || ORDERS[one];
  const text = `${listed === of ? (scope === "all" ? "All " : "") : `${grouped(listed)} of `}${whole}`;
  const points = lens.kernel || lens.points.cut.value;
  const offered: Partial<Record<Order, unknown>> = {
    ranked,
    disputed: lens.tags.tagged.value.annotators.length > 1,
    complete: points,
    alone: points,
  };
  const orders = (Object.keys(ORDERS) as Order[]).filter((one) => one === order || (offered[one] ?? !(one in offered)));
  return (
    <Menu
      name="The listed outputs and their order"
      class="ol-list-menu"
      text={
        <>
          {text}
          {order !== "row" && hasOrder(mode) && <span class="ol-muted"> {nameOf(order)}</span>}
          {mode === "points" && <span class="ol-muted"> {POINTS_ORDERS[lens.settings.get("points_order")]}</span>}
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
      {mode === "points" && (
        <Choice
          label="Order"
          name="Order of the points"
          value={lens.settings.get("points_order")}
          set={(chosen) => lens.settings.set({ points_order: chosen as PointsOrder })}
        >
          {(Object.keys(POINTS_ORDERS) as PointsOrder[])
            .filter((one) => one !== "differ" || lens.pointList.strip.value)
            .map((one) => (
              <option key={one} value={one}>
                {POINTS_ORDERS[one]}
              </option>
            ))}
        </Choice>
      )}
      {hasOrder(mode) && (
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
