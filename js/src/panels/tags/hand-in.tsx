// In a page without a kernel: who tags, and the file that goes back to whoever made the page.
import { download } from "../../ui/download";
import { useLens } from "../use-lens";

/** Where a page has no Python: who tags here, and the file that goes back to who made the page. */
export function HandIn() {
  const lens = useLens();
  const { page } = lens;
  void lens.tags.tagged.value;
  if (!page) return null;
  const handIn = () => {
    const file = page.download();
    download(`tags-${page.annotator.replace(/[^\w-]+/g, "_")}.jsonl`, file, "application/jsonl");
  };
  return (
    <p class="ol-hand-in">
      <label>
        Your name{" "}
        <input
          type="text"
          value={page.named ? page.annotator : ""}
          placeholder="give it to download"
          aria-label="Your name, under which you tag"
          readOnly={page.signed}
          title={page.signed ? "Your tags were downloaded under this name: it stays theirs" : undefined}
          onChange={(event) => page.sign(event.currentTarget.value)}
        />
      </label>
      <button
        type="button"
        disabled={!page.count || !page.named}
        title="A file for whoever made this page: outlens.tags.merge takes it"
        onClick={handIn}
      >
        Download your tags
      </button>
    </p>
  ); // prettier-ignore
}
