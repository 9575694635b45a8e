// All prompts in a table: a click on one shows its outputs.
import { type Line, SortedTable } from "../../ui/sorted-table";
import { useLens } from "../use-lens";

export function Prompts() {
  const lens = useLens();
  const { prompts } = lens.outputs.info;
  const matches = lens.otherPrompts.counts.value;
  const lines = prompts.map(
    ({ label, n, different }, number): Line => ({
      key: String(number),
      title: label,
      cells: [label, number + 1, n, different ?? "", ...(matches ? [matches[number] ?? 0] : [])],
      current: number === lens.outputs.promptIndex.value,
      choose: () => lens.outputs.setPrompt(number),
    }),
  );
  return (
    <div class="ol-drawer-body ol-prompts">
      <SortedTable
        columns={[
          ["prompt", "Click a prompt to show its outputs"],
          ["no.", "Its place among the prompts"],
          ["outputs", "Outputs"],
          ["different", "Different answers: outputs that differ in more than surrounding spaces"],
          ...(matches ? [["matches", "Outputs that match the search"] as [string, string]] : []),
        ]}
        lines={lines}
        by={1}
        ascending
      />
    </div>
  );
}
