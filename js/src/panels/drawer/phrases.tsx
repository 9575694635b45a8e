// The phrases that outputs share, and the words that set the selection apart.
import { useEffect } from "preact/hooks";
import { isFunctionWord } from "../../text/function-words";
import { phrases } from "../../text/phrases";
import { useLens } from "../use-lens";
import { Holder } from "./holder";
import { Hint } from "../../ui/layout";
import { useComputed } from "../use-computed";

const LISTED = 60;

export function Phrases() {
  const lens = useLens();
  const found = useComputed(() => {
    const { index, minOutputs, minWords, weight } = lens.shared;
    const isFunction = (at: number) => isFunctionWord(lens.shared.written(at, 1));
    return index.value ? phrases(index.value, minOutputs.value, minWords.value, LISTED, weight.value, isFunction) : [];
  }, [lens]);
  const selection = lens.selection.ids.value;
  useEffect(() => {
    if (lens.selection.count.value) lens.distinctive.ask();
  }, [selection, lens.outputs.info.prompt]);
  const { rows, error } = lens.distinctive.result.value;
  const selected = lens.selection.count.value;
  return (
    <div class="ol-drawer-body">
      <div class="ol-column">
        <h2>
          Shared{" "}
          <small class="ol-muted">
            {lens.shared.minWords.value}+ words in at least {lens.shared.ofCounted(lens.shared.minOutputs.value)}
          </small>
        </h2>
        {!found.length && <Hint>No shared phrases. Lower the thresholds above to find shorter or rarer ones.</Hint>}
        {found.map(({ at, words, variants }) => (
          <Holder
            key={`${at}:${words}`}
            ids={lens.shared.outputsOf(variants)}
            of={lens.shared.comparedCount.value}
            text={lens.shared.written(at, words)}
          />
        ))}
      </div>
      <div class="ol-column">
        <h2>Distinctive of the selection</h2>
        {!lens.kernel ? (
          <Hint>Available in the notebook only: this page has no Python.</Hint>
        ) : !selected ? (
          <Hint>Select some outputs to list the words and phrases that they contain more often than the others.</Hint>
        ) : error ? (
          <Hint>{error}</Hint>
        ) : !rows.length ? (
          <Hint>Nothing is distinctive of them.</Hint>
        ) : (
          rows.map((row) => (
            <Holder
              key={row.text}
              ids={row.ids}
              of={row.n1}
              count={row.f1}
              text={row.text}
              note={`${row.f1} of ${row.n1} selected, ${row.f2} of ${row.n2} others${row.q !== null && row.q > 0.05 ? ", may be chance" : ""}`}
            />
          ))
        )}
      </div>
    </div>
  ); // prettier-ignore
}
