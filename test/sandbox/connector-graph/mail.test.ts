import { beforeEach, describe, expect, it } from "vitest";
import type { Row } from "#spi";
import { ALICE, BOB, useGraph, wild } from "./support.ts";

const graph = useGraph();
beforeEach(() => graph.sandbox().faults.clear());
const columns = ["subject", "isRead", "receivedDateTime", "from_emailAddress_address"];
const subjects = (rows: readonly Row[]) => rows.map(({ subject }) => subject);
const where = (column: string, operator: string, value: unknown) => ({ column, operator, value }) as const;
const idOf = (outcomes: readonly { key?: Row }[], index = 0) => String(outcomes[index]?.key?.id);

describe("messages", () => {
  it("are listed with filter and sort done by Graph", async () => {
    const { rows, sent, warnings } = await graph.query({
      table: "Messages",
      columns,
      where: { and: [where("parentFolderId", "=", "Inbox"), where("isRead", "=", false)] },
      orderBy: [{ column: "receivedDateTime", direction: "desc" }],
    });
    expect(sent).toEqual(["GET /me/mailFolders/inbox/messages"]);
    expect(warnings).not.toContain("FILTER_REFUSED");
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.every(({ isRead }) => isRead === false)).toBe(true);
    const times = rows.map(({ receivedDateTime }) => String(receivedDateTime));
    expect(times).toEqual(times.toSorted().reverse());
  });

  it.each([
    where("subject", "LIKE", "%invoice%"),
    where("subject", "LIKE", "INVOICE%"),
    where("subject", "=", "lunch on friday?"),
    where("subject", "IN", ["Lunch on Friday?", "Welcome to the sandbox"]),
    where("importance", "=", "high"),
    where("importance", "<>", "normal"),
    where("hasAttachments", "=", true),
    where("receivedDateTime", ">=", new Date(Date.now() - 3.5 * 86_400_000).toISOString()),
    where("receivedDateTime", "BETWEEN", ["2020-01-01", "2100-01-01"]),
    where("from_emailAddress_address", "=", BOB.toUpperCase()),
    { not: where("isRead", "=", true) },
    { or: [where("isRead", "=", true), where("subject", "LIKE", "%order%")] },
    where("body_content", "LIKE", "%4711%"),
  ])("give the same rows whoever filters: %j", async (condition) => {
    const body = { table: "Messages", columns: ["id", "subject"], where: condition };
    const there = await graph.query(body);
    const here = await graph.query(body, undefined, true);
    expect(there.rows.length).toBeGreaterThan(0);
    expect(there.rows).toEqual(here.rows);
    expect(there.warnings).not.toContain("FILTER_REFUSED");
  });

  it("come page by page, the same as at once", async () => {
    const all = await graph.query({ table: "Messages", columns: ["id"] });
    const paged = await graph.query({ table: "Messages", columns: ["id"] }, graph.session("alice", { pageSize: 2 }));
    expect(paged.batches.length).toBeGreaterThan(2);
    expect(paged.rows).toEqual(all.rows);
  });

  it("keep every letter, are drafts, and can be changed and deleted", async () => {
    const made = await graph.write("create", "Messages", [
      {
        subject: wild,
        body_content: `<p>${wild}</p>`,
        body_contentType: "html",
        toRecipients: [{ emailAddress: { name: wild, address: BOB } }],
        categories: [wild],
        importance: "HIGH",
      },
      { subject: "second", body_content: wild },
    ]);
    expect(made.map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
    const id = idOf(made);
    const read = async () =>
      (await graph.query({ table: "Messages", where: where("id", "=", id) })).rows[0] ?? ({} as Row);
    const first = await read();
    expect(first).toMatchObject({
      subject: wild,
      isDraft: true,
      importance: "high",
      categories: [wild],
      body_contentType: "html",
      toRecipients: [{ emailAddress: { name: wild, address: BOB } }],
    });
    expect(first.parentFolderId).toEqual(expect.any(String));
    const second = await graph.query({
      table: "Messages",
      columns: ["body_content", "body_contentType"],
      where: where("id", "=", idOf(made, 1)),
    });
    expect(second.rows).toEqual([{ body_content: wild, body_contentType: "text" }]);

    const changed = await graph.write("update", "Messages", [
      { id, subject: "new", changeKey: first.changeKey ?? null },
    ]);
    expect(changed[0]?.status).toBe("succeeded");
    const stale = await graph.write("update", "Messages", [
      { id, subject: "newer", changeKey: first.changeKey ?? null },
    ]);
    expect(stale[0]).toMatchObject({ status: "failed", error: { code: "PRECONDITION" } });
    expect((await read()).subject).toBe("new");

    const gone = await graph.write("delete", "Messages", [{ id: idOf(made, 1) }, { id: "AAMkNoSuchThing=" }]);
    expect(gone.map(({ status, error }) => [status, error?.code])).toEqual([
      ["succeeded", undefined],
      ["failed", "NOT_FOUND"],
    ]);
  });

  it("of another user are reached by UserId where the token may", async () => {
    const application = graph.session("application");
    const body = { table: "Messages", columns: ["subject"], where: where("UserId", "=", BOB) };
    expect((await graph.query(body, application)).sent).toEqual([`GET /users/${BOB}/messages`]);
    await expect(graph.query(body)).rejects.toMatchObject({
      code: "ACCESS_DENIED",
      causeCode: "GRAPH_MAILBOX_NOT_SHARED",
    });
    await expect(graph.query({ table: "Messages", columns: ["subject"] }, application)).rejects.toMatchObject({
      causeCode: "GRAPH_USER_REQUIRED",
    });
    const nobody = { ...body, where: where("UserId", "=", "nobody@sandbox.example") };
    await expect(graph.query(nobody, application)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("trouble", () => {
  it("throttled parts of a batch are sent again, the others not", async () => {
    graph
      .sandbox()
      .faults.add({ kind: "throttled", face: "graph", operation: "POST /me/messages", count: 1, retryAfterSeconds: 2 });
    const outcomes = await graph.write("create", "Messages", [{ subject: "t1" }, { subject: "t2" }, { subject: "t3" }]);
    expect(outcomes.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(graph.waits.at(-1)).toBe(2000);
    const { rows } = await graph.query({
      table: "Messages",
      columns: ["subject"],
      where: where("subject", "IN", ["t1", "t2", "t3"]),
    });
    expect(subjects(rows).toSorted()).toEqual(["t1", "t2", "t3"]);
  });

  it("a create whose answer was lost is found, not made twice", async () => {
    graph.sandbox().faults.add({ kind: "lostAnswer", face: "graph", operation: "POST /", count: 1 });
    const outcomes = await graph.write("create", "Messages", [{ subject: "lost 1" }, { subject: "lost 2" }]);
    expect(outcomes.map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
    const { rows } = await graph.query({
      table: "Messages",
      columns: ["id", "subject"],
      where: where("subject", "LIKE", "lost %"),
    });
    expect(rows.map(({ id }) => id).toSorted()).toEqual(outcomes.map(({ key }) => key?.id).toSorted());
  });

  it("a create that was cut off before is indeterminate", async () => {
    graph.sandbox().faults.add({ kind: "cut", face: "graph", operation: "POST /", count: 1 });
    const outcomes = await graph.write("create", "Messages", [{ subject: "cut" }]);
    expect(outcomes[0]).toMatchObject({ status: "indeterminate", error: { code: "UNREACHABLE" } });
    expect(
      (await graph.query({ table: "Messages", columns: ["id"], where: where("subject", "=", "cut") })).rows,
    ).toEqual([]);
  });

  it("a page in place of Graph is told as such, a gateway's as busy", async () => {
    graph.sandbox().faults.add({ kind: "htmlLogin", face: "graph", count: 1 });
    const body = { table: "Messages", columns: ["subject"] };
    await expect(graph.query(body)).rejects.toMatchObject({ code: "PROTOCOL", causeCode: "GRAPH_ANSWER_NOT_JSON" });
    graph.sandbox().faults.add({ kind: "badGateway", face: "graph", count: 1 });
    expect((await graph.query(body)).rows.length).toBeGreaterThan(0);
    graph.sandbox().faults.add({ kind: "badGateway", face: "graph" });
    await expect(graph.query(body)).rejects.toMatchObject({ code: "BUSY", causeCode: "GRAPH_UNAVAILABLE" });
  });
});

describe("folders", () => {
  it("are a tree", async () => {
    const made = await graph.write("create", "MailFolders", [{ displayName: wild }]);
    const parent = idOf(made);
    await graph.write("create", "MailFolders", [{ displayName: "child", parentFolderId: parent }]);
    const { rows } = await graph.query({ table: "MailFolders", columns: ["id", "displayName", "parentFolderId"] });
    expect(rows).toContainEqual(expect.objectContaining({ displayName: wild, id: parent }));
    expect(rows).toContainEqual(expect.objectContaining({ displayName: "child", parentFolderId: parent }));
    const children = await graph.query({
      table: "MailFolders",
      columns: ["displayName"],
      where: where("parentFolderId", "=", parent),
    });
    expect(children.rows).toEqual([{ displayName: "child" }]);
    const again = await graph.write("create", "MailFolders", [{ displayName: wild }]);
    expect(again[0]).toMatchObject({ status: "failed", error: { code: "CONFLICT" } });
    await graph.write("update", "MailFolders", [{ id: parent, displayName: "renamed" }]);
    const renamed = await graph.query({
      table: "MailFolders",
      columns: ["displayName"],
      where: where("id", "=", parent),
    });
    expect(renamed.rows).toEqual([{ displayName: "renamed" }]);
    expect((await graph.write("delete", "MailFolders", [{ id: parent }]))[0]?.status).toBe("succeeded");
  });
});

describe("procedures", () => {
  const inboxOf = async (user: string, subject: string) =>
    (
      await graph.query(
        {
          table: "Messages",
          columns: ["id", "subject", "hasAttachments", "body_content", "toRecipients"],
          where: {
            and: [where("UserId", "=", user), where("parentFolderId", "=", "inbox"), where("subject", "=", subject)],
          },
        },
        graph.session("application"),
      )
    ).rows;

  it("send, reply, forward, move", async () => {
    const input = { ToRecipients: `${BOB}; ${ALICE}`, Subject: wild, Content: wild, Attachments: "a.txt,QUJD" };
    expect(await graph.execute("SendMail", input)).toEqual([{ Status: "Success" }]);
    const [received] = await inboxOf(BOB, wild);
    expect(received).toMatchObject({ subject: wild, hasAttachments: true });
    expect(String(received?.body_content)).toContain(wild);
    const [own] = await inboxOf(ALICE, wild);
    const MessageId = String(own?.id);
    await graph.execute("ReplyToMessage", { MessageId, Comment: "thanks", ToAll: true });
    await graph.execute("ForwardMail", { MessageId, Comment: "see below", ToRecipients: BOB });
    expect(await inboxOf(BOB, `RE: ${wild}`)).toHaveLength(1);
    expect(await inboxOf(BOB, `FW: ${wild}`)).toHaveLength(1);
    const [moved] = await graph.execute("MoveMail", { MessageId, DestinationId: "Archive" });
    expect(moved).toMatchObject({ Status: "Success", Id: expect.any(String) });
    expect(await inboxOf(ALICE, wild)).toHaveLength(0);
    const copy = await graph.execute("CopyMail", { MessageId: String(moved?.Id), DestinationId: "inbox" });
    expect(copy[0]?.Id).not.toBe(moved?.Id);
  });

  it("a send whose answer was lost is found among the sent", async () => {
    graph.sandbox().faults.add({ kind: "lostAnswer", face: "graph", operation: "POST /me/sendMail", count: 1 });
    expect(await graph.execute("SendMail", { ToRecipients: BOB, Subject: "lost send" })).toEqual([
      { Status: "Success" },
    ]);
    expect(await inboxOf(BOB, "lost send")).toHaveLength(1);
  });

  it("a draft with files small and large is sent by its id", async () => {
    const [draft] = await graph.write("create", "Messages", [
      { subject: "with files", toRecipients: [{ emailAddress: { address: BOB } }] },
    ]);
    const MessageId = String(draft?.key?.id);
    const large = Buffer.alloc(3_500_000, "x");
    graph.files.set("folder/large.bin", large);
    const added = await graph.execute("AddAttachments", {
      MessageId,
      Attachments: `small ü.txt,${btoa("small")}; @folder/large.bin`,
    });
    expect(added.map(({ Status }) => Status)).toEqual(["Success", "Success"]);
    expect(added.every(({ Id }) => typeof Id === "string")).toBe(true);
    const { rows } = await graph.query({ table: "MessageAttachments", where: where("messageId", "=", MessageId) });
    expect(rows.map(({ name, size, messageId }) => [name, messageId, Number(size) > 0]).toSorted()).toEqual([
      ["large.bin", MessageId, true],
      ["small ü.txt", MessageId, true],
    ]);
    const read = await graph.execute("DownloadAttachments", {
      AttachmentSource: "Message",
      SourceId: MessageId,
      DownloadTo: "out",
    });
    expect(read.find(({ Name }) => Name === "small ü.txt")?.ContentBytes).toBe(btoa("small"));
    expect(
      Buffer.compare(Buffer.from(String(read.find(({ Name }) => Name === "large.bin")?.ContentBytes), "base64"), large),
    ).toBe(0);
    expect(graph.files.get("out/large.bin")).toHaveLength(large.length);
    await graph.execute("DeleteAttachment", { SourceId: MessageId, AttachmentId: String(added[1]?.Id) });
    await graph.execute("SendMail", { Id: MessageId });
    const [received] = await inboxOf(BOB, "with files");
    expect(received?.hasAttachments).toBe(true);
  });

  it("a new message with a large file goes through a draft", async () => {
    graph.files.set("big.bin", Buffer.alloc(3_200_000, 1));
    await graph.execute("SendMail", { ToRecipients: BOB, Subject: "big", LocalFile: "big.bin" });
    expect(await inboxOf(BOB, "big")).toMatchObject([{ hasAttachments: true }]);
  });
});

describe("extended properties", () => {
  it("are set and read through their item", async () => {
    const [made] = await graph.write("create", "Messages", [{ subject: "carrier" }]);
    const row = {
      id: "String {00020329-0000-0000-c000-000000000046} Name x-test",
      value: wild,
      resourceId: String(made?.key?.id),
      resourceName: "Messages",
    };
    expect((await graph.write("create", "ExtendedProperties", [row]))[0]?.status).toBe("succeeded");
    const { rows } = await graph.query({
      table: "ExtendedProperties",
      where: {
        and: ["id", "resourceId", "resourceName"].map((name) => where(name, "=", row[name as keyof typeof row])),
      },
    });
    expect(rows).toEqual([{ ...row, userId: null }]);
  });

  it("of several values are one JSON array", async () => {
    const [made] = await graph.write("create", "Messages", [{ subject: "carrier of several" }]);
    const id = "StringArray {00020329-0000-0000-c000-000000000046} Name x-list";
    const address = { resourceId: String(made?.key?.id), resourceName: "Messages", userId: ALICE };
    const row = { id, value: '["a","b"]', ...address };
    expect((await graph.write("create", "ExtendedProperties", [row]))[0]?.status).toBe("succeeded");
    const { rows } = await graph.query({
      table: "ExtendedProperties",
      columns: ["id", "value", "userId"],
      where: {
        and: ["id", "resourceId", "resourceName", "userId"].map((name) =>
          where(name, "=", row[name as keyof typeof row]),
        ),
      },
    });
    expect(rows).toEqual([{ id, value: '["a","b"]', userId: ALICE }]);
    expect((await graph.write("update", "ExtendedProperties", [{ ...row, value: "a" }]))[0]).toMatchObject({
      status: "failed",
      error: { code: "INVALID_QUERY", column: "value" },
    });
  });
});
