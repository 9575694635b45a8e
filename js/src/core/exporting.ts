// Files that Python writes and the browser saves: the selected rows, and a page with the widget.
import { download } from "../ui/download";
import { type Link, NO_KERNEL } from "../wire/ask";
import type { ExportForm } from "../wire/types";
import type { Outputs } from "./outputs";
import type { Selection } from "./selection";
import type { Tagging } from "./tagging";

const FILES: Record<ExportForm, { name: string; type: string }> = {
  csv: { name: "selected.csv", type: "text/csv;charset=utf-8" },
  page: { name: "outputs.html", type: "text/html;charset=utf-8" },
};

export class Exporting {
  constructor(
    readonly outputs: Outputs,
    readonly selection: Selection,
    readonly tagging: Tagging,
    readonly link: Link,
  ) {}

  async save(form: ExportForm): Promise<void> {
    const { name, type } = FILES[form];
    this.tagging.report(`Writing ${name}…`);
    const question = { kind: "export" as const, prompt: this.outputs.info.prompt, form };
    const rows = this.selection.rows.peek().slice().buffer;
    const answer = await this.link.ask(question, [rows]).catch(() => null);
    if (!answer) {
      this.tagging.report(`Not written. ${NO_KERNEL}`);
      return;
    }
    const { error, says } = answer.reply;
    if (!error) download(name, answer.buffers[0] as DataView<ArrayBuffer>, type);
    this.tagging.report(error ? `Not written: ${error}` : `${name} is in your downloads${says && `; ${says}`}`);
  }
}
