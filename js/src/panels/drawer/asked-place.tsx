// For a clicked position: the phrases it shares with other outputs, and similar sentences.
import { likeSentence } from "../../core/like";
import { isFunctionWord } from "../../text/function-words";
import { through } from "../../text/phrases";
import { useLens } from "../use-lens";
import { Holder } from "./holder";
import { Button } from "../../ui/button";
import { Hint, Muted } from "../../ui/layout";
import { useComputed } from "../use-computed";

export function AskedPlace() {
  const lens = useLens();
  const asked = lens.reading.asked.value!;
  const found = useComputed(() => {
    const place = lens.reading.asked.value;
    const index = lens.shared.index.value;
    if (!place || !index) return null;
    const [word, last] = lens.shared.wordsBetween(place.id, place.at, place.at + 1);
    return word < last
      ? {
          word,
          spans: through(
            index,
            word,
            lens.shared.minOutputs.value,
            lens.shared.minWords.value,
            lens.shared.weight.value,
            (at) => isFunctionWord(lens.shared.written(at, 1)),
          ),
        }
      : null;
  }, [lens]);
  const like = useComputed(
    () => (lens.reading.asked.value ? likeSentence(lens.shared, lens.groups, lens.reading.asked.value) : null),
    [lens],
  );
  const whole = lens.shared.comparedCount.value;
  const where = [lens.outputs.source(asked.id), lens.outputs.row(asked.id)].filter(Boolean).join(" ");
  return (
    <div class="ol-drawer-body">
      <div class="ol-column">
        <h2>
          Shared phrases <small class="ol-muted">{where}</small>
        </h2>
        {!found ? (
          <Hint>Not a word: click a word to see which outputs share it.</Hint>
        ) : !found.spans.length ? (
          <p>
            “{lens.shared.written(found.word, 1)}”:{" "}
            {isFunctionWord(lens.shared.written(found.word, 1))
              ? "a function word, and no other output shares a phrase around it."
              : "no other output contains it."}
          </p>
        ) : (
          found.spans.map(({ at, words, variants }) => (
            <Holder
              key={`${at}:${words}`}
              ids={lens.shared.outputsOf(variants)}
              of={whole}
              text={lens.shared.written(at, words)}
            />
          ))
        )}
      </div>
      <div class="ol-column">
        <h2>Like this sentence</h2>
        {lens.groups.status.value ? (
          <Hint>{lens.groups.status.value}</Hint>
        ) : !like ? (
          <Hint>Click in a sentence of three or more words.</Hint>
        ) : (
          <>
            {like.group && (
              <Holder
                ids={like.outputs}
                of={lens.outputs.info.n}
                text={
                  <>
                    <i class={`ol-part ol-part-${like.group.color}`} data-label={like.group.label} /> the same part
                  </>
                }
              />
            )}
            {!like.group && <Hint>It belongs to no group. The most similar sentences:</Hint>}
            {like.nearest.map(({ id, from, to, share }) => (
              <Button
                key={`${id}:${from}`}
                class="ol-holder"
                title="Show this sentence in its output"
                onClick={() => {
                  lens.reading.open(id);
                  // The output may not be in the list.
                  const there = lens.listing.ids.value.includes(id);
                  lens.settings.set({
                    mode: "cards",
                    ...(!there && { scope: "all", query: "", regex: false, tagged: null }),
                  });
                  if (!there) lens.filter.clear();
                  lens.reading.hot.value = -1;
                  lens.reading.ask(id, from);
                  lens.reading.show(id, from);
                }}
              >
                <span class="ol-holder-text" dir="auto">
                  {(lens.outputs.text(id) ?? "…").slice(from, to).replace(/\s+/g, " ")}
                </span>
                <Muted>{lens.outputs.name(id)}</Muted>
                <span class="ol-holder-count" title="Words in common, weighted by rarity">
                  {Math.round(100 * share)} %
                </span>
              </Button>
            ))}
          </>
        )}
      </div>
    </div>
  ); // prettier-ignore
}
