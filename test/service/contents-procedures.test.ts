import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { emptyFields, graphId, type Mailbox } from "../../connectors/microsoft-exchange/sandbox/mailboxes/index.ts";
import { alice, connectBoth, type Stand, startStand } from "./support/stand.ts";

let stand: Stand;
let mailbox: Mailbox;
let itemId = "";
let files = "";
const large = randomBytes(12_000_000);
beforeAll(async () => {
  stand = await startStand();
  await connectBoth(stand);
  mailbox = stand.sandbox.organisation.requireMailbox(alice);
  files = path.join(stand.dataDir, "files");
  await mkdir(files, { recursive: true });
  await writeFile(path.join(files, "large.bin"), large);
});
afterAll(() => stand.stop());
beforeEach(() => {
  const drafts = mailbox.folders.requireWellKnown("drafts").id;
  itemId = mailbox.createItem("message", drafts, { ...emptyFields("message"), subject: "x", isDraft: true }).id;
});

const execute = async (connection: string, procedure: string, input: object) => {
  const answer = await stand.admin.call(`/v1/connections/${connection}/execute`, { procedure, input });
  return { status: answer.status, body: answer.body };
};
const addLarge = () =>
  mailbox.addAttachment(itemId, { kind: "file", name: "back.bin", isInline: false, content: large }).id;

describe("procedures with files above what a JSON body carries", () => {
  test.each(["graph", "ews"])("AddAttachments sends a large file of the service over %s", async (schema) => {
    const { status, body } = await execute(schema, "AddAttachments", {
      MessageId: schema === "graph" ? graphId(itemId) : itemId,
      Attachments: "small.txt,aGVsbG8=; @large.bin",
    });
    expect(status).toBe(200);
    expect(body.results).toHaveLength(2);
    const stored = mailbox.requireItem(itemId).attachments;
    expect(stored.map(({ name }) => name)).toEqual(["small.txt", "large.bin"]);
    expect(stored[1]?.content?.equals(large)).toBe(true);
  });

  test.each([
    "graph",
    "ews",
  ])("DownloadAttachments writes them to a folder, and refuses them as an answer, over %s", async (schema) => {
    const nameOf = (id: string) => (schema === "graph" ? graphId(id) : id);
    const input = { AttachmentSource: "Message", SourceId: nameOf(itemId), AttachmentId: nameOf(addLarge()) };
    const folder = path.join(files, schema);
    await mkdir(folder, { recursive: true });
    const { body } = await execute(schema, "DownloadAttachments", { ...input, DownloadTo: folder });
    expect(body.results).toMatchObject([{ Name: "back.bin", ContentBytes: null }]);
    expect((await readFile(path.join(folder, "back.bin"))).equals(large)).toBe(true);
    const refused = await execute(schema, "DownloadAttachments", input);
    expect(refused).toMatchObject({ status: 413, body: { code: "TOO_LARGE" } });
    expect(refused.body.detail).toContain("DownloadTo");
  });

  test("GetAttachment writes them to a folder with what Exchange says of them, and refuses them as an answer", async () => {
    const id = addLarge();
    const { body } = await execute("ews", "GetAttachment", { AttachmentIds: id, AttachmentFolder: files });
    expect(body.results).toMatchObject([
      { AttachmentId: id, Name: "back.bin", Size: large.length, IsInline: false, Content: null },
    ]);
    expect((await readFile(body.results[0].ContentLocation)).equals(large)).toBe(true);
    const refused = await execute("ews", "GetAttachment", { AttachmentIds: id });
    expect(refused).toMatchObject({ status: 413, body: { code: "TOO_LARGE" } });
    expect(refused.body.detail).toContain("AttachmentFolder");
  });

  test("CreateAttachments takes what a JSON body carries", async () => {
    const content = large.subarray(0, 7_000_000);
    const { status } = await execute("ews", "CreateAttachments", {
      ItemId: itemId,
      FileName: "seven.bin",
      Content: content.toString("base64"),
    });
    expect(status).toBe(200);
    expect(mailbox.requireItem(itemId).attachments[0]?.content?.equals(content)).toBe(true);
  });
});
