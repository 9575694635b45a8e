// Stores a page's events in the browser, gesture by gesture: about 40 000 fit into the usual limit of five million
// characters.
import type { Action } from "../wire/types";

export interface Event {
  id: string;
  time: number;
  annotator: string;
  key: string;
  action: Action;
  value: string;
  gesture: string;
  lens: string;
}

/**
 * A gesture: its id, time, action and value, and its outputs as indices into the table of keys. Ids are stored only if
 * they cannot be derived.
 */
type Gesture = [string, number, Action, string, number[], string[]?];

interface Kept {
  outlens: "page";
  version: 2;
  /** The annotator: all events of a page come from one reader. */
  annotator: string;
  keys: string[];
  gestures: Gesture[];
}

const ACTIONS = ["tag", "untag", "note", "star", "unstar", "name", "define", "undo", "redo"];

/** The id of the k-th event of a gesture. A log stores only the gesture's id. */
export function eventId(gesture: string, k: number): string {
  return gesture.slice(0, 24) + k.toString(16).padStart(8, "0");
}

export function encode(events: readonly Event[], annotator: string): string {
  const places = new Map<string, number>();
  const gestures: Gesture[] = [];
  let last: Gesture | undefined;
  for (const { id, time, key, action, value, gesture } of events) {
    if (!last || last[0] !== gesture || last[1] !== time || last[2] !== action || last[3] !== value) {
      last = [gesture, time, action, value, []];
      gestures.push(last);
    }
    const place = places.get(key) ?? places.size;
    places.set(key, place);
    const k = last[4].push(place) - 1;
    if (last[5] || id !== eventId(gesture, k)) {
      last[5] ??= Array.from({ length: k }, (_, before) => eventId(gesture, before));
      last[5].push(id);
    }
  }
  const kept: Kept = { outlens: "page", version: 2, annotator, keys: [...places.keys()], gestures };
  return JSON.stringify(kept);
}

/** The events of a stored log, and whether part of it was unreadable. Earlier pages stored a list of events. */
export function decode(text: string | null, lens: string): { events: Event[]; damaged: boolean } {
  if (text === null) return { events: [], damaged: false };
  let kept: unknown;
  try {
    kept = JSON.parse(text);
  } catch {
    return { events: [], damaged: true };
  }
  if (Array.isArray(kept)) {
    const events = kept.filter(isEvent);
    return { events, damaged: events.length < kept.length };
  }
  const { version, annotator, keys, gestures } = (kept ?? {}) as Partial<Kept>;
  if (version !== 2 || typeof annotator !== "string" || !Array.isArray(keys) || !Array.isArray(gestures))
    return { events: [], damaged: true };
  let damaged = false;
  const events: Event[] = [];
  for (const one of gestures) {
    const [gesture, time, action, value, places, ids] = Array.isArray(one) ? one : ([] as unknown as Gesture);
    if (!Array.isArray(places)) {
      damaged = true;
      continue;
    }
    places.forEach((place, k) => {
      const id = ids ? ids[k] : eventId(String(gesture), k);
      const event = { id, time, annotator, key: keys[place], action, value, gesture, lens };
      if (isEvent(event)) events.push(event);
      else damaged = true;
    });
  }
  return { events, damaged };
}

function isEvent(event: any): event is Event {
  return (
    Number.isFinite(event?.time) &&
    ACTIONS.includes(event.action) &&
    ["id", "annotator", "key", "value", "gesture"].every((name) => typeof event[name] === "string")
  );
}
