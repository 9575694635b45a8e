// Asks Python for the index, the alignment and the points once a visible feature needs them, and announces a long wait.
import { computed } from "@preact/signals";
import { plural } from "../ui/format";
import type { Link } from "../wire/ask";
import type { Made } from "../wire/types";
import { type Announcer, PAUSE } from "./announce";
import { follow } from "./follow";
import type { Groups } from "./groups";
import type { Marks } from "./marks";
import type { Outputs } from "./outputs";
import type { Points } from "./points";
import type { Reading } from "./reading";
import type { Settings } from "./settings";
import type { Shared } from "./shared";

interface Needs {
  outputs: Outputs;
  settings: Settings;
  reading: Reading;
  marks: Marks;
  shared: Shared;
  groups: Groups;
  points: Points;
  announce: Announcer;
  link: Link;
}

export const PREPARING = "Preparing this prompt…";

/** Asks once for each visit to a prompt; a failed result is asked for again at the next visit. */
export function prepare(needs: Needs, until: AbortSignal): void {
  const { outputs, settings, reading, marks, shared, groups, points, announce, link } = needs;
  const needsIndex = computed(
    () =>
      settings.get("fold") ||
      ["phrases", "openings"].includes(settings.get("panel")) ||
      !!reading.asked.value ||
      ["shared", "common", "only", "echo"].some((name) => marks.on.value.has(name)),
  );
  const needsGroups = computed(
    () => settings.get("mode") === "interleaved" || marks.on.value.has("aligned") || !!reading.asked.value,
  );
  const needsPoints = computed(
    () =>
      settings.get("mode") === "points" ||
      marks.on.value.has("points") ||
      ["complete", "alone"].includes(settings.get("order")) ||
      settings.get("color") === "point",
  );
  const asked = new Set<string>();
  const want = (kind: "index" | "aligned" | "points", made: Made<unknown>) => {
    const { prompt, n } = outputs.info;
    const key = `${kind}:${outputs.visit.value}`;
    if (made.kind !== "none") asked.delete(key);
    else if (n && !asked.has(key) && !outputs.preparing.value) {
      asked.add(key);
      link.tell({ kind, prompt });
    }
  };
  follow(until, () => {
    if (needsIndex.value) want("index", shared.made.value);
    if (needsGroups.value) want("aligned", groups.made.value);
    if (needsPoints.value) want("points", points.result.value);
  });
  const waiting = computed(() => {
    if (outputs.preparing.value) return PREPARING;
    const says = [
      needsIndex.value && shared.status.value,
      needsGroups.value && groups.status.value,
      needsPoints.value && points.status.value,
    ];
    return says.find(Boolean) || "";
  });
  let announced = false;
  follow(until, () => {
    const sentence = waiting.value;
    if (sentence) {
      const late = setTimeout(() => {
        announced = true;
        announce.say(sentence);
      }, PAUSE);
      return () => clearTimeout(late);
    }
    if (announced) {
      announced = false;
      announce.say(`Ready: ${plural(outputs.info.n, "output")}`);
    }
  });
}
