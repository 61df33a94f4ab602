import { describe, expect, it } from "vitest";
import type { Row } from "#spi";
import { ALICE, BOB, useGraph } from "./support.ts";

const graph = useGraph({ clock: () => new Date("2026-03-10T12:00:00Z") });
const idOf = (outcomes: readonly { key?: Row }[]) => String(outcomes[0]?.key?.id);
const base64 = (content: string | Buffer) => Buffer.from(content).toString("base64");
const draft = async (subject: string) => idOf(await graph.write("create", "Messages", [{ subject }]));
const attach = async (MessageId: string, FileName: string, content: string | Buffer) =>
  String((await graph.execute("AddAttachments", { MessageId, FileName, ContentBytes: base64(content) }))[0]?.Id);

describe("GetAttachment", () => {
  it("answers files, and writes them to a folder", async () => {
    const ItemId = await draft("with files");
    const picture = { FileName: "a.png", Content: "QUJD", ContentType: "image/png", IsInline: true, ContentId: "a@b" };
    const [{ AttachmentId } = {}] = await graph.execute("CreateAttachments", { ItemId, ...picture });
    const other = await attach(ItemId, "b.txt", "b");
    const row = {
      AttachmentId,
      Name: "a.png",
      ContentType: "image/png",
      ContentId: "a@b",
      ContentLocation: null,
      Size: 3,
      LastModifiedTime: "2026-03-10T12:00:00Z",
      IsInline: true,
      Content: "QUJD",
    };
    const asked = { AttachmentIds: `${AttachmentId}; ${other}`, ItemId, UserId: ALICE };
    expect(await graph.execute("GetAttachment", asked)).toMatchObject([row, { Name: "b.txt", Content: base64("b") }]);
    const written = { ...row, Content: null, ContentLocation: "in/a.png" };
    const toFolder = { ...asked, AttachmentFolder: "in", Overwrite: true };
    expect((await graph.execute("GetAttachment", toFolder))[0]).toEqual(written);
    expect(Buffer.from(graph.files.get("in/a.png") ?? []).toString()).toBe("ABC");
  });

  it("answers the files of an event", async () => {
    const times = {
      start_dateTime: "2026-03-11T10:00:00Z",
      start_timeZone: "UTC",
      end_dateTime: "2026-03-11T11:00:00Z",
      end_timeZone: "UTC",
    };
    const ItemId = idOf(await graph.write("create", "Events", [{ subject: "with a file", ...times }]));
    const file = { eventId: ItemId, name: "plan.txt", contentType: "text/plain", content: base64("plan") };
    const [made] = await graph.execute("Create Attachment", file);
    const asked = { AttachmentIds: String(made?.["attachmentId"]), ItemId, AttachmentSource: "Event" };
    const [row] = await graph.execute("GetAttachment", asked);
    expect(row).toMatchObject({ Name: "plan.txt", Size: 4, Content: base64("plan") });
  });

  it("writes large files to a folder only", async () => {
    const ItemId = await draft("large");
    const size = 11 * 1024 * 1024;
    graph.files.set("large.bin", Buffer.alloc(size, 7));
    const [{ Id: AttachmentIds } = {}] = await graph.execute("AddAttachments", {
      MessageId: ItemId,
      LocalFile: "large.bin",
    });
    const plain = graph.execute("GetAttachment", { AttachmentIds, ItemId });
    await expect(plain).rejects.toMatchObject({ code: "TOO_LARGE" });
    await expect(plain).rejects.toThrow("AttachmentFolder");
    const [row] = await graph.execute("GetAttachment", { AttachmentIds, ItemId, AttachmentFolder: "in" });
    expect(row).toMatchObject({ Size: size, Content: null, ContentLocation: "in/large.bin" });
    expect(graph.files.get("in/large.bin")?.length).toBe(size);
  });

  it("refuses what it cannot do", async () => {
    const ItemId = await draft("one");
    const AttachmentIds = await attach(ItemId, "a", "a");
    const ask = (more: Row) => graph.execute("GetAttachment", { AttachmentIds, ItemId, ...more });
    await expect(ask({ ItemId: await draft("another") })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(ask({ AttachmentSource: "Event" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(ask({ FileStream: "x" })).rejects.toMatchObject({ code: "UNSUPPORTED", target: "FileStream" });
    await expect(ask({ AttachmentIds: " ; " })).rejects.toMatchObject({ target: "AttachmentIds" });
    await expect(ask({ BodyType: "HTML" })).rejects.toMatchObject({ code: "INVALID_QUERY" });
  });
});

describe("GetEvents", () => {
  const now = async (more: Row = {}) => {
    const rows = await graph.execute("GetEvents", more);
    expect(rows.map(({ ChangeType }) => ChangeType)).toEqual(["watermark"]);
    return String(rows[0]?.Watermark);
  };

  it("tells what came, changed and went since a watermark", async () => {
    const place = { FolderId: "Drafts", UserId: ALICE };
    const [before, gone] = [await draft("before"), await draft("gone")];
    const Watermark = await now(place);
    const fresh = await draft("fresh");
    await graph.write("update", "Messages", [{ id: before, subject: "later" }]);
    await graph.write("delete", "Messages", [{ id: gone }]);
    const events = await graph.execute("GetEvents", { ...place, Watermark });
    const about = (id: string) => events.filter(({ ItemId }) => ItemId === id);
    const told = { TimeStamp: expect.stringMatching(/Z$/), ItemChangeKey: expect.any(String) };
    expect(about(fresh)).toMatchObject([{ ...told, ChangeType: "created", ParentFolderId: expect.any(String) }]);
    expect(about(before)).toMatchObject([{ ...told, ChangeType: "updated", Watermark: null }]);
    expect(about(gone)).toMatchObject([{ ChangeType: "deleted", TimeStamp: null, ItemChangeKey: null }]);
    const last = String(events.at(-1)?.Watermark);
    expect(await graph.execute("GetEvents", { ...place, Watermark: last })).toHaveLength(1);
  });

  it("of events and contacts", async () => {
    const [Events, Contacts] = [await now({ Table: "Events" }), await now({ Table: "Contacts" })];
    const at = { start_dateTime: "2026-04-02T09:00:00Z", end_dateTime: "2026-04-02T10:00:00Z" };
    const event = idOf(await graph.write("create", "Events", [{ ...at, start_timeZone: "UTC", end_timeZone: "UTC" }]));
    const contact = idOf(await graph.write("create", "Contacts", [{ givenName: "Carol", surname: "Carolsen" }]));
    const since = (Table: string, Watermark: string) => graph.execute("GetEvents", { Table, Watermark });
    expect(await since("Events", Events)).toContainEqual(expect.objectContaining({ ItemId: event }));
    expect(await since("Contacts", Contacts)).toContainEqual(expect.objectContaining({ ItemId: contact }));
  });

  it("takes no watermark of another place, and no other text", async () => {
    const Watermark = await now();
    for (const wrong of [{ Watermark, FolderId: "drafts" }, { Watermark: "nonsense" }, { Watermark: base64("{}") }])
      await expect(graph.execute("GetEvents", wrong)).rejects.toMatchObject({
        code: "INVALID_QUERY",
        target: "Watermark",
      });
    const elsewhere = graph.execute("GetEvents", { Watermark, UserId: BOB }, graph.session("application"));
    await expect(elsewhere).rejects.toMatchObject({ target: "Watermark" });
  });
});

it("GetUserAvailability takes its window on the clock of any zone", async () => {
  await graph.write("create", "Events", [
    {
      subject: "early",
      start_dateTime: "2026-06-01T22:30:00",
      start_timeZone: "UTC",
      end_dateTime: "2026-06-01T23:00:00",
      end_timeZone: "UTC",
    },
  ]);
  const day = { Mailboxes: ALICE, StartTime: "2026-06-02T00:00:00", EndTime: "2026-06-03T00:00:00" };
  const busy = { Subject: "early", StartTime: "2026-06-01T22:30:00Z", EndTime: "2026-06-01T23:00:00Z" };
  for (const Timezone of ["W. Europe Standard Time", "Europe/Berlin", "UTC+02:00"])
    expect(await graph.execute("GetUserAvailability", { ...day, Timezone }), Timezone).toMatchObject([busy]);
  expect(await graph.execute("GetUserAvailability", day)).toEqual([]);
  const nowhere = graph.execute("GetUserAvailability", { ...day, Timezone: "Europe/Berlim" });
  await expect(nowhere).rejects.toMatchObject({ code: "INVALID_QUERY", target: "Timezone" });
});
