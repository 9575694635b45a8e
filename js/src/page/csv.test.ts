import { describe, expect, it } from "vitest";
import { csv } from "./csv";

describe("a CSV file", () => {
  it("quotes cells as RFC 4180 requires", () => {
    expect(
      csv(
        ["a", "b,c"],
        [
          ['say "x"', "one\ntwo"],
          [null, 1.5],
        ],
      ),
    ).toBe('\ufeffa,"b,c"\r\n"say ""x""","one\ntwo"\r\n,1.5\r\n');
  });

  it("never lets a text run as a formula, and leaves numbers as numbers", () => {
    const dangerous = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1"];
    for (const text of dangerous) {
      const [, line] = csv(["x"], [[text]]).split("\r\n", 2);
      expect(line.replace(/^"/, "").startsWith("'"), JSON.stringify(text)).toBe(true);
    }
    expect(csv(["x"], [[-1], ["a=b"]])).toBe("\ufeffx\r\n-1\r\na=b\r\n");
    // A tag or a column may have such a name.
    expect(csv(["=cmd"], [])).toBe("\ufeff'=cmd\r\n");
  });
});
