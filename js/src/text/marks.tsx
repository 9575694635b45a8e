// Paints a text with its marks: elements with text in them, never HTML.
import type { ComponentChild } from "preact";
import { invisibles } from "./invisible";

interface Props {
  text: string;
  /** Start and end of each mark, flat, rising. */
  marks: number[];
}

export function Marked({ text, marks }: Props) {
  const chips = invisibles(text);
  if (!chips.length && !marks.length) return <>{text}</>;
  const parts: ComponentChild[] = [];
  let chip = 0;
  const plain = (from: number, to: number, into: ComponentChild[]) => {
    let at = from;
    while (chip < chips.length && chips[chip].at < to) {
      const { at: start, length, label, title } = chips[chip++];
      if (start < at) continue;
      if (start > at) into.push(text.slice(at, start));
      into.push(
        <span class="ol-chip" title={title}>
          {label}
        </span>,
      );
      at = start + length;
    }
    if (at < to) into.push(text.slice(at, to));
  };
  let at = 0;
  for (let k = 0; k < marks.length; k += 2) {
    const start = Math.max(marks[k], at);
    const end = Math.min(marks[k + 1], text.length);
    if (end <= start) continue;
    plain(at, start, parts);
    const inner: ComponentChild[] = [];
    plain(start, end, inner);
    parts.push(<mark>{inner}</mark>);
    at = end;
  }
  plain(at, text.length, parts);
  return <>{parts}</>;
}
