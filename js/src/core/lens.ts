// The state of one view of the widget, one object per subject; each gets only the subjects it depends on.
import { signal } from "@preact/signals";
import { link } from "../wire/ask";
import { Traits } from "../wire/traits";
import type { Model } from "../wire/types";
import { Announcer } from "./announce";
import { Clusters } from "./clusters";
import { Colors } from "./colors";
import { Compare } from "./compare";
import { Exporting } from "./exporting";
import { Filter } from "./filter";
import { Folds } from "./folds";
import { Gestures } from "./gestures";
import { Groups } from "./groups";
import { History } from "./history";
import { Listing } from "./listing";
import { Making } from "./making";
import { Marks } from "./marks";
import { OtherPrompts } from "./other-prompts";
import { Outputs } from "./outputs";
import { PointList } from "./point-list";
import { Pointer } from "./pointer";
import { Points } from "./points";
import { prepare } from "./preparation";
import { Reading } from "./reading";
import { Search } from "./search";
import { Selection } from "./selection";
import { Settings } from "./settings";
import { Shared } from "./shared";
import { Side } from "./side";
import { Summary } from "./summary";
import { TagKeys } from "./tag-keys";
import { Tagging } from "./tagging";
import { Tags } from "./tags";
import { Undo } from "./undo";

export type Direction = "left" | "right" | "up" | "down";

/** The functions of the map that the keyboard and the other panels call. */
export interface MapControl {
  walk(direction: Direction): void;
  /** Shows more of the map in a direction. */
  pan(direction: Direction): void;
  zoom(factor: number): void;
  fit(): void;
  zoomTo(ids: Uint32Array): void;
}

/** `painted` is called after every drawing. */
export function makeLens(model: Model, until: AbortSignal, painted: () => void = () => {}) {
  const traits = new Traits(model, until);
  const ask = link(model, until);
  const { kernel } = ask;
  const announce = new Announcer();
  const history = new History();
  const settings = new Settings(traits);
  const outputs = new Outputs(traits, ask);
  const clusters = new Clusters(traits, outputs, announce);
  const side = new Side(outputs, settings);
  const making = new Making(traits, outputs, clusters, ask);
  const search = new Search(outputs, settings, ask, announce, until);
  const otherPrompts = new OtherPrompts(outputs, settings, search, ask, until);
  const gestures = new Gestures(outputs, ask);
  const tags = new Tags(traits, outputs, settings, gestures);
  const tagKeys = new TagKeys(tags);
  const points = new Points(traits, outputs, settings, ask);
  const colors = new Colors(outputs, settings, clusters, tags, points);
  const pointer = new Pointer(outputs, clusters);
  const filter = new Filter(outputs, settings, clusters, colors, search, tags, pointer);
  const selection = new Selection(traits, outputs, settings, filter, pointer, announce, history);
  const reading = new Reading(outputs, settings, announce);
  const summary = new Summary(traits, clusters, settings, selection, reading);
  const listing = new Listing(traits, outputs, settings, clusters, tags, filter, selection, pointer, points);
  const pointList = new PointList(points, outputs, settings, clusters, colors, selection, listing);
  const tagging = new Tagging(outputs, pointer, selection, listing, tags, gestures, announce, history, model.page);
  const exporting = new Exporting(outputs, selection, tagging, ask);
  const undo = new Undo(history, selection, tags, tagging, announce);
  const shared = new Shared(traits, outputs, settings, selection, kernel);
  const groups = new Groups(traits, outputs, kernel);
  const folds = new Folds(settings, outputs, shared);
  const marks = new Marks(traits, outputs, settings, search, reading, shared, groups, points, ask);
  const compare = new Compare(outputs, clusters, selection, reading);
  prepare({ outputs, settings, reading, marks, shared, groups, points, announce, link: ask }, until);
  return {
    /** Whether a kernel answers. */
    kernel,
    /** Set only in a page without a kernel. */
    page: model.page,
    /** The code of the panels that are rarely opened. */
    rare: traits.rare,
    variable: traits.variable,
    announce,
    settings,
    outputs,
    side,
    summary,
    clusters,
    making,
    search,
    otherPrompts,
    tags,
    tagKeys,
    tagging,
    exporting,
    undo,
    colors,
    pointer,
    filter,
    selection,
    listing,
    reading,
    shared,
    groups,
    points,
    pointList,
    folds,
    marks,
    compare,
    /** Whether the list of keys is open. */
    help: signal(false),
    /** The map, once it has been drawn. */
    map: null as MapControl | null,
    painted,
  };
}

export type Lens = ReturnType<typeof makeLens>;
