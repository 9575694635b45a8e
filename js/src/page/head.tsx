// The head of a page without a kernel: title, author, date, how to read the map, and CSV downloads.
import type { Lens } from "../core/lens";
import { Button } from "../ui/button";
import { download } from "../ui/download";
import { plural } from "../ui/format";
import { csv } from "./csv";
import { type Names, tableOf } from "./rows";

export interface About {
  title: string;
  /** The page's author; "" if not given. */
  author: string;
  /** The date, as 2026-11-24. */
  date: string;
}

export function Head({ about, lens, names }: { about: About; lens: Lens; names: Names }) {
  const { title, author, date } = about;
  const listed = lens.listing.ids.value;
  const tagged = Array.from(lens.tags.any.value.keys()).filter((id) => lens.tags.any.value[id]);
  const save = (which: string, ids: ArrayLike<number>) => {
    const { header, rows } = tableOf(lens, ids, names);
    download(`outputs-${which}.csv`, csv(header, rows), "text/csv;charset=utf-8");
  };
  return (
    <header class="ol-page-head">
      <div>
        <h1>{title}</h1>
        <p>
          {[author && `by ${author}`, date].filter(Boolean).join(", ")}
          {(author || date) && ". "}
          Each point of the map is one output; points lie close together where outputs say similar things. Click a
          cluster, or draw around points, to read those outputs. Press <kbd>?</kbd> for all keys.
        </p>
      </div>
      <div class="ol-page-tools">
        <Button onClick={() => save("listed", listed)} disabled={!listed.length}>
          CSV of the {plural(listed.length, "listed output")}
        </Button>
        <Button onClick={() => save("tagged", tagged)} disabled={!tagged.length}>
          CSV of the {plural(tagged.length, "tagged output")}
        </Button>
      </div>
    </header>
  );
}
