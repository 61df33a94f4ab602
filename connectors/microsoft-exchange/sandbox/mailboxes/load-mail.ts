import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { Mailbox } from "./mailbox.ts";
import { readMime } from "./read-mime.ts";

/** What loading came to: how many messages there are now, and which could not be read. */
export interface LoadReport {
  loaded: number;
  failed: { file: string; detail: string }[];
}

/** Loads an .eml file, an mbox file, or a folder of both (with its subfolders) into a folder of a mailbox. */
export async function loadMail(mailbox: Mailbox, folderId: string, path: string): Promise<LoadReport> {
  const report: LoadReport = { loaded: 0, failed: [] };
  for (const file of filesUnder(path)) {
    for (const { name, mime } of messagesIn(file)) {
      try {
        await loadMessage(mailbox, folderId, mime);
        report.loaded += 1;
      } catch (error) {
        report.failed.push({ file: name, detail: error instanceof Error ? error.message : String(error) });
      }
    }
  }
  return report;
}

/** Puts one message, as bytes, into a folder as if it had arrived when it says it was sent. */
export async function loadMessage(mailbox: Mailbox, folderId: string, mime: Buffer): Promise<void> {
  const now = mailbox.clock();
  const fields = await readMime(mime, now);
  const receivedAt = fields.sentAt ?? now;
  mailbox.createItem("message", folderId, {
    ...fields,
    receivedAt,
    sentAt: receivedAt,
    receivedBy: { ...mailbox.owner },
  });
}

function filesUnder(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => filesUnder(join(path, name)))
    .filter((file) => statSync(file).isFile() && !/\.(md|txt)$/i.test(file));
}

function messagesIn(file: string): { name: string; mime: Buffer }[] {
  const bytes = readFileSync(file);
  if (!isMbox(file, bytes)) return [{ name: file, mime: bytes }];
  return splitMbox(bytes).map((mime, index) => ({ name: `${file}#${index + 1}`, mime }));
}

/** An mbox begins with a "From " line; one such line at the head of an .eml is a leftover of another mail program. */
function isMbox(file: string, bytes: Buffer): boolean {
  return !/\.eml$/i.test(basename(file)) && bytes.subarray(0, 5).toString("latin1") === "From ";
}

function splitMbox(bytes: Buffer): Buffer[] {
  const text = bytes.toString("latin1");
  const parts = text.split(/(?:^|\r?\n\r?\n)From [^\r\n]*\r?\n/).slice(1);
  // ">From " at the start of a line is how mbox quotes a line that begins with "From "
  return parts.map((part) => Buffer.from(`${part.replace(/^>(>*From )/gm, "$1")}\r\n`, "latin1"));
}
