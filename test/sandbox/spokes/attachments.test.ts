import { describe, expect, test } from "vitest";
import type { Row } from "#spi";
import { people, useSpokes } from "./stands.ts";

const { ews, graph } = useSpokes();
const { alice } = people;
const text = expect.any(String);
const base64 = (content: string) => Buffer.from(content).toString("base64");

describe.each([ews, graph])("attachments of events over $schema", (stand) => {
  const { one, rows, files } = stand;
  const isEws = stand.schema === "EWS";
  const ofEvent = (eventId: unknown) => (isEws ? {} : { eventId });

  async function event(subject: string): Promise<string> {
    const made = await one("Create Calendar Event", {
      user: alice,
      subject,
      start: "2031-08-01T09:00:00Z",
      end: "2031-08-01T10:00:00Z",
    });
    return String(made["eventId"]);
  }

  const attach = (eventId: string, more: Row = {}) =>
    one("Create Attachment", {
      mailbox: alice,
      eventId,
      name: "plan.txt",
      contentType: "text/plain",
      content: base64("the plan"),
      ...more,
    });

  test("made, listed, read, removed", async () => {
    const eventId = await event("With files");
    const made = await attach(eventId);
    expect(made).toEqual({ attachmentId: text, changeKey: text });
    const [listed] = await rows("Look up Attachments by Event ID", { user: alice, eventId });
    expect(listed).toMatchObject({
      attachmentId: made["attachmentId"],
      name: "plan.txt",
      contentType: "text/plain",
      size: expect.any(Number),
      isInline: false,
      lastModified: text,
    });
    const place = { ...ofEvent(eventId), attachmentId: made["attachmentId"] };
    expect(await one("Look up Attachment by Attachment ID", { mailbox: alice, ...place })).toEqual({
      attachmentId: made["attachmentId"],
      name: "plan.txt",
      contentType: "text/plain",
      size: 8,
      content: base64("the plan"),
    });
    expect(await one("Delete Attachment", { user: alice, ...place })).toEqual({
      status: "success",
      rootItemId: text,
      rootItemChangeKey: text,
    });
    expect(await rows("Look up Attachments by Event ID", { user: alice, eventId })).toEqual([]);
    const again = await attach(eventId);
    const other = { mailbox: alice, ...ofEvent(eventId), attachmentId: again["attachmentId"] };
    expect(await one("Delete Attachment", other)).toMatchObject({ status: "success" });
  });

  test("copied to an event record of the service and from there to another event", async () => {
    const eventId = await event("Source");
    const { attachmentId = null } = await attach(eventId);
    const kept = await one("Copy Attachment to Event Record", {
      mailbox: alice,
      ...ofEvent(eventId),
      attachmentId,
      record: "EVT0001",
    });
    expect(kept).toEqual({ file: text, name: "plan.txt", contentType: "text/plain", size: 8 });
    expect(Buffer.from(files.get(String(kept["file"])) ?? []).toString()).toBe("the plan");
    const target = await event("Target");
    const copy = { user: alice, eventId: target, file: kept["file"], contentType: "text/plain" };
    expect(await one("Copy Attachment to Calendar Event", copy)).toEqual({ attachmentId: text });
    const given = { user: alice, eventId: target, name: "b.txt", content: base64("b") };
    expect(await one("Copy Attachment to Calendar Event", given)).toEqual({ attachmentId: text });
    await attach(target, { name: null, content: null, file: kept["file"] ?? null });
    const found = await rows("Look up Attachments by Event ID", { user: alice, eventId: target });
    expect(found.map(({ name }) => name).sort()).toEqual(["b.txt", "plan.txt", "plan.txt"]);
    expect(await one("Delete Attachments from Event Record", { record: "EVT0001" })).toEqual({ count: 1 });
    expect(await one("Delete Attachments from Event Record", { record: "EVT0001" })).toEqual({ count: 0 });
  });

  test("a file is given once, by content or by path", async () => {
    const eventId = await event("Refused");
    await expect(attach(eventId, { file: "x" })).rejects.toMatchObject({ target: "file" });
    await expect(attach(eventId, { content: null })).rejects.toMatchObject({ target: "file" });
    await expect(attach(eventId, { name: null })).rejects.toMatchObject({ target: "name" });
  });

  test("a large file goes in pieces", async () => {
    const eventId = await event("Large");
    const content = Buffer.alloc(isEws ? 1_000_000 : 3_500_000, "x").toString("base64");
    const made = await attach(eventId, { name: "large.bin", content });
    const found = await one("Look up Attachment by Attachment ID", {
      mailbox: alice,
      ...ofEvent(eventId),
      attachmentId: made["attachmentId"],
    });
    expect(found["content"]).toBe(content);
  });
});
