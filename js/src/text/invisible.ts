// Invisible characters that may change a text's meaning, shown as small chips.

const NAMES: Record<number, string> = {
  0x00ad: "soft hyphen",
  0x034f: "grapheme joiner",
  0x061c: "Arabic letter mark",
  0x115f: "Hangul filler",
  0x1160: "Hangul filler",
  0x180e: "Mongolian vowel separator",
  0x200b: "zero-width space",
  0x200c: "zero-width non-joiner",
  0x200d: "zero-width joiner",
  0x200e: "left-to-right mark",
  0x200f: "right-to-left mark",
  0x202a: "left-to-right embedding",
  0x202b: "right-to-left embedding",
  0x202c: "pop direction",
  0x202d: "left-to-right override",
  0x202e: "right-to-left override",
  0x2060: "word joiner",
  0x2066: "left-to-right isolate",
  0x2067: "right-to-left isolate",
  0x2068: "first strong isolate",
  0x2069: "pop isolate",
  0x2028: "line separator",
  0x2029: "paragraph separator",
  0x3164: "Hangul filler",
  0xffa0: "Hangul filler",
  0xfeff: "byte order mark",
  0xfffd: "not a character",
  0xfff9: "annotation",
  0xfffa: "annotation",
  0xfffb: "annotation",
};

const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffd\u{e0000}-\u{e007f}\u{e0100}-\u{e01ef}]/gu;

const SOME = new RegExp(INVISIBLE.source, "u");

/** Joiners are legitimate within an emoji or a word of a joining script; elsewhere they are hidden characters. */
const JOINED =
  /(?:\p{Emoji_Modifier}|\p{Extended_Pictographic}\ufe0f?|(?![\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Han}])[\p{L}\p{M}])$/u;
/** Characters that take a variation selector. A second selector is useless and may hide a message. */
const VARIES =
  /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Script=Han}\p{Script=Mongolian}\p{Script=Myanmar}\p{Sm}0-9#*]$/u;

/** A region's flag, such as Scotland's: a black flag, a code of up to six tag characters, and an end mark. */
const REGION_FLAG = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}/gu;

export interface Invisible {
  at: number;
  length: number;
  label: string;
  title: string;
}

export function invisibles(text: string): Invisible[] {
  const found: Invisible[] = [];
  if (!SOME.test(text)) return found;
  const flags = Array.from(text.matchAll(REGION_FLAG), ({ index, 0: flag }) => [index, index + flag.length]);
  let next = 0;
  for (const match of text.matchAll(INVISIBLE)) {
    const code = match[0].codePointAt(0)!;
    // A carriage return at the end of a line needs no chip.
    if (code === 0x0d && text[match.index + 1] === "\n") continue;
    while (next < flags.length && flags[next][1] <= match.index) next++;
    if (flags[next]?.[0] < match.index) continue;
    const before = text.slice(Math.max(0, match.index - 3), match.index);
    if ((code === 0x200d || code === 0x200c) && JOINED.test(before)) continue;
    const variation = (code >= 0xfe00 && code <= 0xfe0f) || code >= 0xe0100;
    if (variation && VARIES.test(before)) continue;
    const point = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    const name =
      NAMES[code] ?? (variation ? "variation selector" : code >= 0xe0000 ? "tag character" : "control character");
    // A tag character is an invisible copy of an ASCII character: show which.
    const shown = code > 0xe0020 && code < 0xe007f ? String.fromCharCode(code - 0xe0000) : point.slice(2);
    found.push({ at: match.index, length: match[0].length, label: shown, title: `${point} ${name}` });
  }
  return found;
}
