// What one set of outputs says more than another: one list of points, phrases and traits, strongest first.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { comparingOf, type Difference } from "../../core/comparing";
import { Button, Plain } from "../../ui/button";
import { Choice } from "../../ui/choice";
import { grouped, number, plural } from "../../ui/format";
import { classes, Hint, Muted } from "../../ui/layout";
import { rove } from "../../ui/rove";
import type { Tested } from "../../wire/types";
import { Waiting } from "../making";
import { useLens } from "../use-lens";

const SIGNIFICANT = 0.05;

export function ComparePanel() {
  const lens = useLens();
  const { compare, kernel } = lens;
  const comparing = comparingOf(lens);
  const question = comparing.question.value;
  useEffect(() => {
    if (question) void comparing.ask();
  }, [question]);
  if (!kernel)
    return (
      <div class="ol-drawer-body">
        <div class="ol-column">
          <Hint>Available in the notebook only: this page has no Python.</Hint>
        </div>
      </div>
    );
  return (
    <div class="ol-drawer-body ol-compare">
      <div class="ol-compare-sets">
        <SetChoice which="first" name="First set" />
        <Button title="Swap the two sets" label="Swap the two sets" onClick={() => compare.swap()}>
          ⇄
        </Button>
        <SetChoice which="second" name="Second set" />
        {lens.outputs.info.prompts.length > 1 && <Muted>within this prompt</Muted>}
      </div>
      <FindPoints />
      <Answer />
    </div>
  ); // prettier-ignore
}

/** Colours the map by where each set has more of the neighbours than chance would give. */
function OnMap() {
  const lens = useLens();
  const why = useSignal("");
  const on = lens.settings.get("color") === "sets";
  const run = async () => {
    if (on) lens.settings.set({ color: "cluster" });
    else if (!(why.value = await comparingOf(lens).density())) lens.settings.set({ side: "map" });
  };
  return (
    <>
      <Button
        pressed={on}
        title="Colour the map: where has one set more of an output's nearest neighbours than chance would give (q ≤ .05)?"
        onClick={() => void run()}
      >
        On the map
      </Button>
      {why.value && <span class="ol-error">{why.value}</span>}
    </>
  ); // prettier-ignore
}

function SetChoice({ which, name }: { which: "first" | "second"; name: string }) {
  const lens = useLens();
  const { compare } = lens;
  const comparing = comparingOf(lens);
  const [one, other] = comparing.sets.value;
  const chosen = compare[which].value;
  return (
    <span class="ol-compare-set">
      <Choice name={name} value={chosen} set={(key) => compare.choose(which, key)}>
        {!chosen && <option value="">choose outputs</option>}
        {comparing.options(which).map(({ kind, sets }) => {
          const options = sets.map(({ key, name: shown }) => (
            <option key={key} value={key}>
              {shown}
            </option>
          ));
          return kind ? (
            <optgroup key={kind} label={kind}>
              {options}
            </optgroup>
          ) : (
            options
          );
        })}
      </Choice>
      <Muted>{plural((which === "first" ? one : other).length, "output")}</Muted>
    </span>
  ); // prettier-ignore
}

/** Points take longer than the rest, so they are found on request. */
function FindPoints() {
  const { points } = useLens();
  const progress = points.progress.value;
  if (progress) return <Waiting progress={progress} name="Points" tell={(go) => points.tell(go ? "points" : "stop")} />;
  if (points.result.value.kind === "error") return <p class="ol-error">{points.status.value}</p>;
  if (points.cut.value) return null;
  return (
    <p class="ol-muted">
      Words and traits are compared.{" "}
      <Button title="Find what the outputs say, in whatever words" onClick={() => points.tell("points")}>
        Find the points
      </Button>{" "}
      to compare what is said as well.
    </p>
  );
}

function Answer() {
  const lens = useLens();
  const comparing = comparingOf(lens);
  const result = comparing.result.value;
  if (!lens.compare.first.value) return <Hint>Choose two sets of outputs: clusters, tags, or select some.</Hint>;
  if (!result && comparing.large.value && !comparing.waiting.value)
    return (
      <p class="ol-muted">
        So many outputs take a while. <Button onClick={() => void comparing.ask()}>Compare</Button>
      </p>
    );
  if (!result) return <Hint>Comparing…</Hint>;
  if (result.error) return <p class="ol-error">{result.error}</p>;
  const differ = result.rows.filter(({ q }) => q !== null && q <= SIGNIFICANT);
  const others = result.rows.filter(({ q }) => q === null || q > SIGNIFICANT);
  const untested = result.rows.length > 0 && result.rows.every(({ q }) => q === null);
  return (
    <>
      <p>
        <b>{differ.length ? plural(differ.length, "difference") : "No difference is seen"}</b>
        <Muted>
          {" "}
          in {of(result.tested)} (q {differ.length ? "≤" : ">"} .05, adjusted for all of a kind).
        </Muted>{" "}
        <OnMap />
      </p>
      {differ.length > 0 && <Heads />}
      <Rows rows={differ} label="Differences" />
      {others.length > 0 && (
        <Hint>{untested ? "Too few outputs to test:" : "These may be chance (q > .05, or too few outputs):"}</Hint>
      )}
      {!differ.length && others.length > 0 && <Heads />}
      <Rows rows={others} label="Not more than chance would give" />
    </>
  ); // prettier-ignore
}

/** How many of each kind were compared. */
function of({ point, phrase, trait }: Tested): string {
  const parts = [
    point !== undefined && plural(point, "point"),
    plural(phrase ?? 0, "word and phrase", "words and phrases"),
    plural(trait ?? 0, "trait"),
  ].filter(Boolean);
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function Heads() {
  const lens = useLens();
  const comparing = comparingOf(lens);
  const [first, second] = [lens.compare.first, lens.compare.second].map((key) => comparing.name(key.value));
  return (
    <div class="ol-compare-row ol-compare-heads ol-muted">
      <span />
      <span class="ol-compare-count" title={first}>
        {first}
      </span>
      <span class="ol-compare-lean" aria-hidden="true">
        <span>← more</span>
        <span>more →</span>
      </span>
      <span class="ol-compare-count" title={second}>
        {second}
      </span>
      <span class="ol-compare-q" title="The chance of such a difference, adjusted for the number of comparisons">
        q
      </span>
    </div>
  ); // prettier-ignore
}

function Rows({ rows, label }: { rows: Difference[]; label: string }) {
  if (!rows.length) return null;
  return (
    <div role="list" aria-label={label}>
      {rows.map((row) => (
        <Row key={`${row.kind} ${row.text}`} row={row} />
      ))}
    </div>
  );
}

function Row({ row }: { row: Difference }) {
  const lens = useLens();
  const { selection, outputs } = lens;
  const comparing = comparingOf(lens);
  const { kind, text, f1, n1, f2, n2, mean1, mean2, cut, q } = row;
  const sets = comparing.sets.value;
  const has = cut === null ? "have it" : `have more than ${number(cut)}`;
  const choose = (ids: ArrayLike<number>) => (event: MouseEvent) =>
    selection.select(event.altKey ? comparing.exceptions(row) : ids, event.shiftKey ? "add" : "replace");
  const within = (set: Uint32Array) => row.ids.filter((id) => set.includes(id));
  const count = (f: number, n: number, mean: number | null, set: 0 | 1) => (
    <Plain
      class="ol-compare-count"
      tabIndex={-1}
      title={`${grouped(f)} of ${grouped(n)} ${has}\nclick: select them · Shift adds`}
      onClick={(event) => choose(within(sets[set]))(event)}
    >
      {mean === null ? `${grouped(f)} of ${grouped(n)}` : `mean ${short(mean)}`}
    </Plain>
  );
  return (
    <div
      class={classes("ol-compare-row", (q === null || q > SIGNIFICANT) && "ol-chance")}
      role="listitem"
      onKeyDown={rove}
    >
      <Plain
        class="ol-says"
        dir="auto"
        title={`${outputs.sourcesOf(row.ids)}\nclick: select the outputs that ${has} · Alt: the exceptions · Shift adds`.trim()}
        onClick={choose(row.ids)}
      >
        <small class={`ol-compare-kind ol-compare-${kind}`}>{kind}</small> {text}
      </Plain>
      {count(f1, n1, mean1, 0)}
      <Interval row={row} />
      {count(f2, n2, mean2, 1)}
      <span class="ol-compare-q">{chance(q)}</span>
    </div>
  ); // prettier-ignore
}

/** The difference and its interval, from "only the first set" at the left to "only the second" at the right. */
function Interval({ row: { kind, cut, estimate, low, high } }: { row: Difference }) {
  const at = (value: number) => 50 - 50 * value;
  const says = cut === null ? "Difference of the shares" : "How much more often the first set has the larger value";
  const interval = low === null || high === null ? "" : ` [${short(low)}, ${short(high)}]`;
  return (
    <span class="ol-compare-lean" title={`${says}: ${short(estimate)}${interval}, 95 % interval`} data-kind={kind}>
      <i class="ol-compare-middle" />
      {low !== null && high !== null && (
        <i class="ol-compare-interval" style={{ left: `${at(high)}%`, width: `${at(low) - at(high)}%` }} />
      )}
      <i class="ol-compare-estimate" style={{ left: `${at(estimate)}%` }} />
    </span>
  );
}

/** A number with two digits. */
function short(value: number): string {
  const size = Math.abs(value);
  return number(size >= 100 ? Math.round(value) : Number(value.toPrecision(size < 1 ? 2 : 3)));
}

/** A probability to three decimals, on the right side of .05. */
function chance(q: number | null): string {
  if (q === null) return "–";
  if (q < 0.0005) return "< .001";
  const rounded = q > SIGNIFICANT && q < 0.051 ? 0.051 : Number(q.toFixed(3));
  return rounded === 1 ? "1" : rounded.toFixed(3).slice(1);
}
