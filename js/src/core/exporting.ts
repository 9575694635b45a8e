// Files that Python writes and the browser saves: the selected rows, and a page with the widget.
import { download } from "../ui/download";
import { NO_KERNEL } from "../wire/ask";
import type { Link } from "../wire/ask";
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
    try {
      const question = { kind: "export" as const, prompt: this.outputs.info.prompt, form };
      const rows = this.selection.rows.peek().slice().buffer;
      const { reply, buffers } = await this.link.ask(question, [rows]);
      if (!reply.error) download(name, buffers[0] as DataView<ArrayBuffer>, type);
      this.tagging.report(reply.error ? `Not written: ${reply.error}` : `${name} is in your downloads`);
    } catch {
      this.tagging.report(`Not done. ${NO_KERNEL}`);
    }
  }
}
