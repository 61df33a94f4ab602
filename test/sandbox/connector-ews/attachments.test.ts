import { describe, expect, test } from "vitest";
import type { Row } from "#spi";
import { useConnector } from "./support.ts";

const connector = useConnector();
const { write, execute, files } = connector;
const base64 = (content: string | Buffer) => Buffer.from(content).toString("base64");
const largeBytes = 11 * 1024 * 1024;

async function made(table: string, row: Row): Promise<string> {
  const [outcome] = await write("create", table, [row]);
  return String(outcome?.key?.["ItemId"]);
}
const draft = () => made("Drafts", { Subject: "With files" });
const download = (SourceId: string, more: Row = {}) =>
  execute("DownloadAttachments", { AttachmentSource: "Message", SourceId, ...more });

describe("attachments under the names of schema MSGraph", () => {
  test("are added from bytes and files of the service, and read one by one or all", async () => {
    const MessageId = await draft();
    files.set("local.txt", Buffer.from("local"));
    const typed = { MessageId, FileName: "a.png", ContentBytes: base64("abc"), ContentType: "image/png" };
    const [first] = await execute("AddAttachments", typed);
    expect(first).toEqual({ Status: "Success", Id: expect.any(String) });
    const several = { MessageId, Attachments: `b.txt,${base64("b")}; @local.txt` };
    expect(await execute("AddAttachments", several)).toHaveLength(2);
    const local = { MessageId, LocalFile: "local.txt", FileName: "renamed.txt" };
    expect(await execute("AddAttachments", local)).toMatchObject([{ Status: "Success" }]);
    expect(await download(MessageId, { AttachmentId: first?.["Id"] ?? null })).toEqual([
      {
        Id: first?.["Id"],
        Name: "a.png",
        ContentBytes: base64("abc"),
        LastmodifiedDatetime: expect.stringMatching(/Z$/),
        ContentType: "image/png",
      },
    ]);
    const all = await download(MessageId);
    expect(all.map((row) => [row["Name"], Buffer.from(String(row["ContentBytes"]), "base64").toString()])).toEqual([
      ["a.png", "abc"],
      ["b.txt", "b"],
      ["local.txt", "local"],
      ["renamed.txt", "local"],
    ]);
  });

  test("are written to a folder as well; large ones there only", async () => {
    const MessageId = await draft();
    files.set("large.bin", Buffer.alloc(largeBytes, 7));
    await execute("AddAttachments", { MessageId, FileName: "small.txt", ContentBytes: base64("small") });
    await execute("AddAttachments", { MessageId, LocalFile: "large.bin" });
    const rows = await download(MessageId, { DownloadTo: "out" });
    expect(rows.map((row) => [row["Name"], row["ContentBytes"]])).toEqual([
      ["small.txt", base64("small")],
      ["large.bin", null],
    ]);
    expect(Buffer.from(files.get("out/small.txt") ?? []).toString()).toBe("small");
    expect(files.get("out/large.bin")?.length).toBe(largeBytes);
  });

  test("of an event; the kind of parent may be left out, but not wrong", async () => {
    const SourceId = await made("Calendar", {
      Subject: "With a plan",
      Start: "2027-05-03T09:00:00Z",
      End: "2027-05-03T10:00:00Z",
    });
    await execute("AddAttachments", { MessageId: SourceId, FileName: "plan.txt", ContentBytes: base64("plan") });
    for (const AttachmentSource of ["Event", null])
      expect(await download(SourceId, { AttachmentSource })).toMatchObject([{ Name: "plan.txt" }]);
    await expect(download(SourceId)).rejects.toMatchObject({ code: "INVALID_QUERY", target: "AttachmentSource" });
  });

  test("that are not there, and inputs that say nothing", async () => {
    const MessageId = await draft();
    const other = await execute("AddAttachments", { MessageId: await draft(), FileName: "x", ContentBytes: "AAEC" });
    const elsewhere = download(MessageId, { AttachmentId: other[0]?.["Id"] ?? null });
    await expect(elsewhere).rejects.toMatchObject({ code: "NOT_FOUND", target: "AttachmentId" });
    await expect(execute("AddAttachments", { MessageId })).rejects.toMatchObject({ target: "Attachments" });
    await expect(download(MessageId, { FileStream: "x" })).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});
