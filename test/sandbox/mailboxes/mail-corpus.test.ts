import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { createOrganisation } from "../../../connectors/microsoft-exchange/sandbox/accounts.ts";
import { loadMail, writeMime } from "../../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";

const corpus = fileURLToPath(new URL("../../../../shared/mail-corpus/", import.meta.url));
const hasCorpus = existsSync(corpus);
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function emptyAlice() {
  const organisation = createOrganisation({ seed: false });
  const alice = organisation.requireMailbox("alice@sandbox.example");
  return { alice, inbox: alice.folders.requireWellKnown("inbox").id };
}

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "mail-"));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, "latin1");
  return folder;
}

describe.skipIf(!hasCorpus)(
  `mail corpus${hasCorpus ? "" : " (skipped: no ../shared/mail-corpus beside this checkout)"}`,
  () => {
    it("loads every message, gives its bytes back, and can write each anew", async () => {
      const { alice, inbox } = emptyAlice();
      const report = await loadMail(alice, inbox, corpus);
      expect(report.failed).toEqual([]);
      const files = readdirSync(corpus, { recursive: true }).filter((name) => String(name).endsWith(".eml"));
      expect(report.loaded).toBe(files.length);
      const stored = new Set(alice.items(inbox).map((item) => item.mime?.toString("latin1")));
      for (const file of files) expect(stored.has(readFileSync(join(corpus, String(file)), "latin1"))).toBe(true);
      for (const item of alice.items(inbox)) {
        const { mime: _, ...rest } = item;
        expect((await writeMime(rest)).length).toBeGreaterThan(0);
      }
    });
  },
);

describe("loading mail", () => {
  it("reports what cannot be read and loads the rest", async () => {
    const { alice, inbox } = emptyAlice();
    const folder = folderWith({
      "a.eml": "Subject: good\r\n\r\nbody\r\n",
      "b.eml": "",
      "c.eml": "\u0000\u0001\u0002 rubbish without any header",
      "d.mbox":
        "From a@b Thu Jan  1 00:00:00 2026\nSubject: one\n\n>From here on\n\nFrom c@d Thu Jan  1 00:00:00 2026\nSubject: two\n\nlast\n",
    });
    const report = await loadMail(alice, inbox, folder);
    expect(report.loaded).toBe(3);
    expect(report.failed.map(({ file }) => file)).toEqual([join(folder, "b.eml"), join(folder, "c.eml")]);
    expect(alice.items(inbox).map((item) => item.subject)).toEqual(["good", "one", "two"]);
    expect(alice.items(inbox)[1]?.body?.content).toContain("From here on");
  });

  it("makes attached messages items, and keeps attachments' bytes", async () => {
    const { alice, inbox } = emptyAlice();
    const inner = "Subject: inner\r\nMessage-ID: <in@x>\r\n\r\ninner body\r\n";
    const bytes = Buffer.from([0, 255, 13, 10, 7]);
    const outer = `Subject: outer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n${inner}\r\n--x\r\nContent-Type: application/octet-stream; name=a.bin\r\nContent-Disposition: attachment; filename=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString("base64")}\r\n--x--\r\n`;
    await loadMail(alice, inbox, folderWith({ "o.eml": outer }));
    const [item] = alice.items(inbox);
    expect(item?.attachments.map((one) => [one.kind, one.name])).toEqual([
      ["item", "inner"],
      ["file", "a.bin"],
    ]);
    expect(item?.attachments[0]?.item?.body?.content.trim()).toBe("inner body");
    expect(item?.attachments[1]?.content?.equals(bytes)).toBe(true);
  });
});
