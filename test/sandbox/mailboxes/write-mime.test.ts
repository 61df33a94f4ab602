import { expect, test } from "vitest";
import { writeMime } from "../../../connectors/microsoft-exchange/sandbox/mailboxes/write-mime.ts";
import { startSandbox } from "../../../connectors/microsoft-exchange/sandbox/sandbox.ts";

test("an item without a source of its own has the same bytes each time it is read", async () => {
  const sandbox = await startSandbox({ empty: true });
  try {
    const mailbox = sandbox.organisation.mailbox("alice@sandbox.example");
    if (mailbox === undefined) throw new Error("no mailbox");
    const drafts = mailbox.folders.requireWellKnown("drafts");
    const made = (subject: string) =>
      mailbox.createItem("message", drafts.id, { subject, body: { type: "html", content: "<p>a</p>" } });
    const [one, other] = [made("one"), made("one")];
    for (const item of [one, other]) mailbox.addAttachment(item.id, { name: "a.txt", content: Buffer.from("a") });
    const first = await writeMime(mailbox.requireItem(one.id));
    expect(first.toString()).toContain("boundary=");
    expect(await writeMime(mailbox.requireItem(one.id))).toEqual(first);
    expect(await writeMime(mailbox.requireItem(other.id))).not.toEqual(first);
  } finally {
    await sandbox.stop();
  }
});
