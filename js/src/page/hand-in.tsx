// For a page without a kernel: the annotator's name, and the tag file to send back.
import { useLens } from "../panels/use-lens";
import { Button } from "../ui/button";
import { download } from "../ui/download";

/** The annotator's name, and the tag file to send back to the page's author. */
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
          placeholder="needed to download"
          aria-label="Your name, shown with your tags"
          readOnly={page.signed}
          title={page.signed ? "You have downloaded tags under this name, so it can no longer change" : undefined}
          onChange={(event) => page.sign(event.currentTarget.value)}
        />
      </label>
      <Button
        disabled={!page.count || !page.named}
        title="Send this file to the author of the page, who adds it with outlens.tags.merge"
        onClick={handIn}
      >
        Download your tags
      </Button>
    </p>
  ); // prettier-ignore
}
