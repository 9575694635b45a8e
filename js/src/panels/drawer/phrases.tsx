// The phrases that outputs share.
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
    </div>
  ); // prettier-ignore
}
