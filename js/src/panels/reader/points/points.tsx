// What the outputs say: one row a point, with the share of the outputs that make it. Points of one output only, and
// greetings, headings and closings, are folded below.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Button } from "../../../ui/button";
import { grouped, plural } from "../../../ui/format";
import { Empty, Muted, Spring } from "../../../ui/layout";
import { type ListControl, Windowed } from "../../../ui/windowed";
import { Waiting } from "../../making";
import { useComputed } from "../../use-computed";
import { useLens } from "../../use-lens";
import { useShown } from "../cards";
import { Nothing } from "../nothing";
import { Merging } from "./correct";
import { PointRow, SectionRow } from "./row";
import { type Key, rowsOf, said } from "./rows";

export function Points() {
  const lens = useLens();
  const { points } = lens;
  if (points.result.value.kind === "error")
    return (
      <Empty>
        <span class="ol-error">{points.status.value}</span>
        {points.link.kernel && <Button onClick={() => points.tell("points")}>Try again</Button>}
      </Empty>
    );
  if (points.progress.value)
    return (
      <Waiting progress={points.progress.value} name="Points" tell={(go) => points.tell(go ? "points" : "stop")} />
    );
  if (!lens.listing.ids.value.length) return <Nothing />;
  if (points.cut.value) return <List />;
  return <Empty>{points.link.kernel ? "Looking for points…" : "This page was written without points."}</Empty>;
}

function List() {
  const lens = useLens();
  const { points, pointList } = lens;
  const control = useRef<ListControl>(null);
  const rows = useMemo(() => rowsOf(lens), [lens]);
  const items = rows.items.value;
  const keys = rows.keys.value;
  const version = useComputed(() => ({ items: rows.items.value, counts: pointList.counts.value }), [rows]);
  const list = useComputed(
    () => ({ visit: lens.outputs.visit.value, order: lens.settings.get("points_order") }),
    [lens],
  );
  useShown(lens, control, () => -1);
  const find = (key: Key) => () => rows.keys.peek().indexOf(key);
  useEffect(() => {
    lens.reading.walk = (by) => {
      const keys = rows.keys.peek();
      const current = rows.current.peek();
      const now = current === null ? -1 : keys.indexOf(current);
      const k = now < 0 && by < 0 ? keys.length - 1 : Math.min(keys.length - 1, Math.max(0, now + by));
      rows.visit(keys[k]);
      control.current?.show(find(keys[k]));
      lens.announce.say(said(lens, rows.items.peek()[k]));
    };
    return () => void (lens.reading.walk = null);
  }, []);
  const target = points.target.value;
  useEffect(() => {
    const group = target ? points.groupOf(target.row) : -1;
    if (group < 0) return;
    const { alone, frames } = pointList.groups.peek();
    const folds = rows.unfolded.peek();
    if (alone.includes(group)) rows.unfolded.value = new Set([...folds, "alone"]);
    if (frames.includes(group)) rows.unfolded.value = new Set([...folds, "frames"]);
    const key = points.typical(group);
    rows.visit(key);
    // The list may have grown and not be drawn yet.
    control.current?.show(find(key), "top");
    const frame = requestAnimationFrame(() => control.current?.show(find(key), "top"));
    points.target.value = null;
    return () => cancelAnimationFrame(frame);
  }, [target]);
  return (
    <>
      {rows.merging.value < 0 ? <Bar /> : <Merging rows={rows} />}
      <Windowed
        count={items.length}
        each={1}
        gap={0}
        label="What the outputs say"
        role="list"
        control={control}
        list={list}
        version={version}
        hold={rows.current.value === null ? -1 : keys.indexOf(rows.current.value)}
        keyOf={(k) => keys[k]}
        estimate={(k) => ("group" in items[k] && points.isOpen(items[k].group) ? 300 : 44)}
        header={
          !pointList.groups.value.points.length && <div class="ol-note">No points: these outputs share no content.</div>
        }
        row={(k) => {
          const item = items[k];
          if ("fold" in item) return <SectionRow item={item} rows={rows} />;
          return <PointRow group={item.group} at={keys[k]} rows={rows} />;
        }}
      />
    </>
  );
}

/** The granularity, and the legend of the sources. */
function Bar() {
  const lens = useLens();
  const { points, pointList } = lens;
  const { granularities } = points.arrays.value!;
  const { points: all } = pointList.groups.value;
  const [several, single] = [all.length, pointList.groups.value.alone.length];
  const count = plural(several + single, "point");
  const byHand = all.filter((group) => points.byHand(group)).length;
  const strip = pointList.strip.value;
  return (
    <div class="ol-bar ol-axes">
      <label class="ol-granularity" title="Broader or narrower points ([ and ], or , and .)">
        <Muted>coarse</Muted>
        <input
          type="range"
          min={0}
          max={granularities.length - 1}
          step={1}
          value={points.level.value}
          aria-label="Granularity of the points"
          aria-valuetext={count}
          onInput={(event) => points.setLevel(Number(event.currentTarget.value))}
        />
        <Muted>fine</Muted>
      </label>
      <Muted title="The others are said by one output only">
        {count}
        {single > 0 && `, ${grouped(several)} by several outputs`}
      </Muted>
      {byHand > 0 && !points.link.kernel && (
        <Muted title="In the notebook, people named, merged or split them">{grouped(byHand)} corrected by hand</Muted>
      )}
      <Spring />
      {strip && (
        <span class="ol-strip-legend">
          <Muted title="Each bar is the share of a source’s outputs that make the point">by {strip.name}</Muted>
          {strip.labels.map((label, s) => (
            <span key={label} title={`${label}: ${plural(strip.totals[s], "listed output")}`}>
              <i class="ol-dot" style={{ background: strip.colors[s] }} /> {lens.outputs.short(strip.name, label)}
            </span>
          ))}
        </span>
      )}
    </div>
  ); // prettier-ignore
}
