// The layers that are painted over the texts: switches, thresholds, and what each of them means now.
import { useLens } from "../use-lens";
import { useSignal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { FOLD_WORDS } from "../../core/folds";
import { ownColor } from "../../core/own-layers";
import { Button, Plain } from "../../ui/button";
import { number } from "../../ui/format";
import { Spring } from "../../ui/layout";
import { Choice } from "../../ui/choice";

/** Stops of the slider for the share of outputs, in percent. */
const SHARES = [2, 3, 5, 8, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100];
const LONGEST = 12;

export function LayersBar() {
  const lens = useLens();
  const [context, markdown, fold] = [
    lens.settings.get("context"),
    lens.settings.get("markdown"),
    lens.settings.get("fold"),
  ];
  const on = lens.marks.on.value;
  const k = lens.shared.minOutputs.value;
  const m = lens.shared.minWords.value;
  const own = lens.marks.own.value;
  return (
    <div class="ol-bar ol-layers" role="group" aria-label="Highlights in the texts">
      <Switch
        name="shared"
        title={`Tint: sequences of ${m} or more words that at least ${k} of ${lens.shared.counted.value} outputs share`}
      >
        Shared{" "}
        <span class="ol-steps">
          <i class="ol-shared-1" />
          <i class="ol-shared-2" />
          <i class="ol-shared-3" />
        </span>
      </Switch>
      <Share />
      <Words />
      <Switch name="common" title="Grey: shared words are faded, the rest stands out">
        <span class="ol-common">Grey common</span>
      </Switch>
      <Switch name="only" title="Bold, dotted line: words that only this output has">
        <span class="ol-only">Only here</span>
      </Switch>
      {(lens.shared.hasEcho.value ||
        on.has("echo") ||
        (lens.outputs.info.title !== "" && !lens.shared.words.value)) && (
        <Switch
          name="echo"
          title={`Dashed line: ${m} or more words in a row that repeat the prompt; not counted as shared`}
        >
          <span class="ol-echo">Echo</span>
        </Switch>
      )}
      <Switch
        name="aligned"
        title="In the margin: sentences that play the same part in different outputs have the same number; point at one to see the others"
      >
        <span class="ol-part-name">
          <i class="ol-part ol-part-1" data-label="1" /> Aligned
        </span>
      </Switch>
      {own.map(({ name, types }, j) => (
        <Switch key={name} name={name} title={`Your layer ${name}${types.length ? `: ${kinds(types)}` : ""}`}>
          <span class={`ol-own-${ownColor(1, before(own, j))}`}>{name}</span>
        </Switch>
      ))}
      <Spring />
      {lens.selection.count.value > 1 && (
        <Choice
          label="Compare"
          name="What outputs are compared with"
          title="Whether a text is compared with all outputs or only with the selected ones"
          value={context}
          set={(chosen) => lens.settings.set({ context: chosen as "all" | "selection" })}
        >
          <option value="all">with all {number(lens.outputs.info.n)}</option>
          <option value="selection">within the selected {number(lens.selection.count.value)}</option>
        </Choice>
      )}
      <span class="ol-field">
        <Button
          pressed={fold}
          title="Fold long runs of words that most outputs share"
          onClick={() => lens.settings.set({ fold: !fold })}
        >
          Fold
        </Button>
        <Button
          pressed={markdown}
          title="Show headings, lists and emphasis instead of their markdown"
          onClick={() => lens.settings.set({ markdown: !markdown })}
        >
          Markdown
        </Button>
      </span>
    </div>
  ); // prettier-ignore
}

/** Those that have a colour of their own, and how many more there are. */
function kinds(types: string[]): string {
  return types.length > 8 ? `${types.slice(0, 7).join(", ")} and ${types.length - 7} others` : types.join(", ");
}

function before(own: { types: string[] }[], j: number): number {
  return own.slice(0, j).reduce((sum, { types }) => sum + Math.max(1, types.length), 0);
}

function Switch({ name, title, children }: { name: string; title: string; children: ComponentChild }) {
  const lens = useLens();
  const on = lens.marks.on.value.has(name);
  return (
    <Button
      role="switch"
      class="ol-layer"
      aria-checked={on}
      label={NAMES.get(name) ?? name}
      data-layer={name}
      title={`${title}\nclick: ${on ? "off" : "on"}`}
      onClick={() => lens.marks.toggle(name)}
    >
      {children}
    </Button>
  ); // prettier-ignore
}

const NAMES = new Map([
  ["shared", "Shared"],
  ["common", "Grey common"],
  ["only", "Only here"],
  ["echo", "Echo of the prompt"],
  ["aligned", "Aligned"],
]); // prettier-ignore

function Share() {
  const lens = useLens();
  const share = lens.shared.minOutputs.value / Math.max(1, lens.shared.counted.value);
  const min_outputs = lens.settings.get("min_outputs");
  const percent = Math.round(100 * (min_outputs > 1 ? share : min_outputs));
  const at = SHARES.reduce((best, s, i) => (Math.abs(s - percent) < Math.abs(SHARES[best] - percent) ? i : best), 0);
  return (
    <label
      class="ol-threshold"
      title={`Shared by at least ${lens.shared.minOutputs.value} of ${lens.shared.counted.value} outputs`}
    >
      <span>≥ {min_outputs > 1 ? min_outputs : `${percent} %`}</span>
      <input
        type="range"
        min={0}
        max={SHARES.length - 1}
        value={at}
        aria-label="Share of the outputs"
        aria-valuetext={`${percent} %, ${lens.shared.minOutputs.value} outputs`}
        onInput={(event) => lens.settings.set({ min_outputs: SHARES[Number(event.currentTarget.value)] / 100 })}
      />
    </label>
  ); // prettier-ignore
}

function Words() {
  const lens = useLens();
  const m = lens.shared.minWords.value;
  return (
    <label class="ol-threshold" title="The shortest sequence of words that counts as shared">
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

/** What is painted, in words: with which thresholds, and how much there is of it. */
export function Legend() {
  const lens = useLens();
  const whole = useSignal(false);
  const on = lens.marks.on.value;
  const parts: string[] = [];
  const needs = ["shared", "common", "only", "echo"].filter((name) => on.has(name));
  const marked = lens.shared.marked.value;
  const share = (count: number) => (marked?.all ? Math.max(count ? 1 : 0, Math.round((100 * count) / marked.all)) : 0);
  const fold = lens.settings.get("fold");
  const waits = (needs.length > 0 || fold) && lens.shared.status.value;
  if (waits) parts.push(waits);
  else if (marked) {
    const [k, m] = [lens.shared.minOutputs.value, lens.shared.minWords.value];
    if (on.has("shared") || on.has("common")) {
      const what = `${m === 1 ? "words" : `${m}+ words in a row`} in at least ${lens.shared.ofCounted(k)}`;
      const how = [on.has("shared") && "tint", on.has("common") && "grey"].filter(Boolean).join(", ");
      parts.push(
        marked.shared ? `${how}: ${what}, ${share(marked.shared)} % of all words` : `Shared: nothing found (${what})`,
      );
    }
    if (on.has("only"))
      parts.push(
        marked.only ? `bold, dotted: words of one output only, ${share(marked.only)} %` : "Only here: nothing found",
      );
    if (on.has("echo"))
      parts.push(
        marked.echo ? `dashed: ${m}+ words that repeat the prompt, ${share(marked.echo)} %` : "Echo: nothing found",
      );
  }
  if (on.has("aligned")) {
    const says = lens.groups.status.value;
    const groups = lens.groups.list.value.length;
    const aligned = lens.groups.alignment.value;
    if (says) parts.push(says);
    else if (!groups) parts.push("Aligned: nothing found");
    else if (aligned && !aligned.enough)
      parts.push(`margin: ${groups} groups of sentences, but these outputs have no common order`);
    else parts.push(`margin: ${groups} groups of sentences that play the same part`);
  }
  for (const own of lens.marks.own.value) {
    if (on.has(own.name))
      parts.push(
        own.pieces.length
          ? `${own.name}: ${kinds(own.types) || `${own.pieces.length / 3} spans`}`
          : `${own.name}: nothing found`,
      );
  }
  if (fold && lens.folds.none.value) parts.push(`Fold: no run of ${FOLD_WORDS}+ words that most outputs share`);
  if (!parts.length) return null;
  return (
    <Plain
      class={whole.value ? "ol-legend-line ol-open" : "ol-legend-line"}
      aria-expanded={whole.value}
      title="What the highlights mean, and their thresholds"
      onClick={() => (whole.value = !whole.value)}
    >
      {parts.join(" · ")}
    </Plain>
  ); // prettier-ignore
}
