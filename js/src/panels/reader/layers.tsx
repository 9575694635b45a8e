// The layers painted over the texts: chips for the visible ones, and a panel for all of them.
import { useLens } from "../use-lens";
import type { Signal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { ANY } from "../../core/tags";
import { ownColor } from "../../core/own-layers";
import { Button } from "../../ui/button";
import { useFocusWithin } from "../../ui/focus";
import { grouped } from "../../ui/format";
import { Menu } from "../../ui/menu";
import { Choice } from "../../ui/choice";
import type { Panel } from "../../wire/types";
import { FOLDS, meaning } from "./meaning";

/** Stops of the slider for the share of outputs, in percent. */
const SHARES = [2, 3, 5, 8, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100];
const LONGEST = 12;

interface Layer {
  name: string;
  label: string;
  /** Its name, styled as in a text. */
  look: () => ComponentChild;
  /** Its purpose. */
  about: string;
}

/** The layers of every lens. */
const LAYERS: Layer[] = [
  {
    name: "shared",
    label: "Shared",
    look: () => (
      <>
        <i class="ol-steps" /> Shared
      </>
    ),
    about: "Tint: words in a row that many outputs share",
  },
  {
    name: "common",
    label: "Grey common",
    look: () => <span class="ol-common">Grey common</span>,
    about: "Grey: shared words are faded, the rest stands out",
  },
  {
    name: "only",
    label: "Only here",
    look: () => <span class="ol-only">Only here</span>,
    about: "Bold, dotted line: words that only this output has",
  },
  {
    name: "echo",
    label: "Echo of the prompt",
    look: () => <span class="ol-echo">Echo of the prompt</span>,
    about: "Dashed line: words that repeat the prompt, which do not count as shared",
  },
  {
    name: "aligned",
    label: "Aligned",
    look: () => (
      <>
        <i class="ol-part ol-part-1" data-label="1" /> Aligned
      </>
    ),
    about: "Margin: sentences that play the same part have the same number",
  },
  {
    name: "points",
    label: "Points",
    look: () => (
      <>
        <i class="ol-steps ol-supports" /> Points
      </>
    ),
    about: "Tint: how many outputs say the same; a click opens the point. Grey: greetings, headings, closings",
  },
]; // prettier-ignore

/** All layers, the user's own last. */
function useLayers(): Layer[] {
  const lens = useLens();
  const { shared, marks } = lens;
  const echo =
    shared.hasEcho.value || marks.on.value.has("echo") || (lens.outputs.info.title !== "" && !shared.words.value);
  let before = 0;
  const own = marks.own.value.map(({ name, types }) => {
    const color = ownColor(1, before);
    before += Math.max(1, types.length);
    const look = () => <span class={`ol-own-${color}`}>{name}</span>;
    return { name, label: name, look, about: `Your layer ${name}` };
  });
  return [...LAYERS.filter(({ name }) => name !== "echo" || echo), ...own];
}

const LISTS: [Panel, string, string][] = [
  ["compare", "Compare", "What one set of outputs says more than another"],
  ["phrases", "Phrases", "Phrases that outputs share"],
  ["openings", "Openings", "How the outputs begin"],
];

/** The visible layers and the active filters; a click switches one off. `cut` gets the names of those without room. */
export function Chips({ cut }: { cut: Signal<string[]> }) {
  const lens = useLens();
  const hidden = lens.filter.hidden.value.size;
  const tagged = lens.settings.get("tagged");
  const box = useRef<HTMLSpanElement>(null);
  useFocusWithin(box);
  const measure = () => {
    const here = box.current!;
    const { top } = here.getBoundingClientRect();
    const below = [...here.children].filter((chip) => {
      const place = chip.getBoundingClientRect();
      return place.top - top > place.height / 2;
    });
    const names = below.map((chip) => chip.textContent.replace("✕", "").trim());
    if (names.join() !== cut.peek().join()) cut.value = names;
  };
  useLayoutEffect(measure);
  useLayoutEffect(() => {
    const sizes = new ResizeObserver(measure);
    sizes.observe(box.current!);
    return () => sizes.disconnect();
  }, []);
  const which = tagged && (tagged.tag === ANY ? "any tag" : (tagged.tag ?? "no tag"));
  const tag = [which, tagged?.annotator].filter(Boolean).join(" by ");
  return (
    <span class="ol-chips-on" ref={box}>
      {hidden > 0 && (
        <Chip
          name={`${grouped(hidden)} dimmed: remove filter`}
          title="Groups are dimmed and not listed"
          off={() => lens.filter.clear()}
        >
          {grouped(hidden)} dimmed
        </Chip>
      )}
      {tagged && (
        <Chip
          name={`${tag}: remove the filter by tags`}
          title="Only these are listed"
          off={() => lens.settings.set({ tagged: null })}
        >
          {tag}
        </Chip>
      )}
      {useLayers()
        .filter(({ name }) => lens.marks.on.value.has(name))
        .map(({ name, label, look }) => {
          const says = meaning(lens, name);
          return (
            <Chip key={name} name={`${label}: off`} title={says.text} off={() => lens.marks.toggle(name)}>
              <span class={says.none ? "ol-none" : undefined}>{look()}</span>
            </Chip>
          );
        })}
    </span>
  ); // prettier-ignore
}

interface ChipProps {
  name: string;
  title: string;
  off: () => void;
  children: ComponentChild;
}

function Chip({ name, title, off, children }: ChipProps) {
  return (
    <Button class="ol-on" label={name} title={`${title}\nclick: off`} onClick={off}>
      {children} <span aria-hidden="true">✕</span>
    </Button>
  );
}

/** The panel for all highlight settings. */
export function MarksMenu({ cut }: { cut: string[] }) {
  const lens = useLens();
  const { settings } = lens;
  const [context, markdown, fold, panel] = [
    settings.get("context"),
    settings.get("markdown"),
    settings.get("fold"),
    settings.get("panel"),
  ];
  const on = lens.marks.on.value;
  const selected = lens.selection.count.value;
  return (
    <Menu
      text={<>Marks{cut.length > 0 && <small class="ol-muted"> +{cut.length}</small>}</>}
      class="ol-marks-menu"
      name="Highlights and their meaning"
      title={cut.length ? `On, but without room here: ${cut.join(", ")}` : undefined}
      atEnd
    >
      <div class="ol-layers">
        {useLayers().map(({ name, label, look, about }) => (
          <div key={name} class="ol-layer-row">
            <Button
              role="switch"
              class="ol-layer"
              aria-checked={on.has(name)}
              label={label}
              data-layer={name}
              title={about}
              onClick={() => lens.marks.toggle(name)}
            >
              {look()}
            </Button>
            <span class="ol-muted ol-legend-line">{on.has(name) ? meaning(lens, name).text : about}</span>
            {name === "shared" && (
              <span class="ol-thresholds">
                <Share />
                <Words />
              </span>
            )}
          </div>
        ))}
      </div>
      {selected > 1 && (
        <Choice
          label="Compare"
          name="Compare outputs with"
          value={context}
          set={(chosen) => settings.set({ context: chosen as "all" | "selection" })}
        >
          <option value="all">with all {grouped(lens.outputs.info.n)}</option>
          <option value="selection">within the selected {grouped(selected)}</option>
        </Choice>
      )}
      <span class="ol-field">
        <Switch
          name="Fold"
          on={fold}
          about="Fold long runs of words that most outputs share"
          flip={() => settings.set({ fold: !fold })}
        />
        <Switch
          name="Markdown"
          on={markdown}
          about="Show headings, lists and emphasis instead of their markdown"
          flip={() => settings.set({ markdown: !markdown })}
        />
        {LISTS.filter(([list]) => lens.kernel || list !== "compare").map(([list, name, about]) => (
          <Button key={list} aria-expanded={panel === list} title={about} onClick={() => lens.reading.toggle(list)}>
            {name}
          </Button>
        ))}
      </span>
      {fold && lens.folds.none.value && <span class="ol-muted ol-legend-line">{FOLDS}</span>}
    </Menu>
  ); // prettier-ignore
}

interface SwitchProps {
  name: string;
  on: boolean;
  about: string;
  flip: () => void;
}

function Switch({ name, on, about, flip }: SwitchProps) {
  return (
    <Button pressed={on} title={about} onClick={flip}>
      {name}
    </Button>
  );
}

function Share() {
  const lens = useLens();
  const { minOutputs, comparedCount } = lens.shared;
  const chosen = lens.settings.get("min_outputs");
  const percent = Math.round((100 * minOutputs.value) / Math.max(1, comparedCount.value));
  const at = SHARES.reduce((best, s, i) => (Math.abs(s - percent) < Math.abs(SHARES[best] - percent) ? i : best), 0);
  return (
    <label class="ol-threshold">
      <span>≥ {chosen && chosen > 1 ? chosen : `${SHARES[at]} %`}</span>
      <input
        type="range"
        min={0}
        max={SHARES.length - 1}
        value={at}
        aria-label="Share of the outputs"
        aria-valuetext={`${percent} %, ${minOutputs.value} outputs`}
        onInput={(event) => lens.settings.set({ min_outputs: SHARES[Number(event.currentTarget.value)] / 100 })}
      />
    </label>
  ); // prettier-ignore
}

function Words() {
  const lens = useLens();
  const m = lens.shared.minWords.value;
  return (
    <label class="ol-threshold">
      <span>
        {m}+ {m === 1 ? "word" : "words"}
      </span>
      <input
        type="range"
        min={1}
        max={LONGEST}
        value={Math.min(m, LONGEST)}
        aria-label="Words in a row"
        aria-valuetext={`${m} words or more`}
        onInput={(event) => lens.settings.set({ min_words: Number(event.currentTarget.value) })}
      />
    </label>
  ); // prettier-ignore
}
