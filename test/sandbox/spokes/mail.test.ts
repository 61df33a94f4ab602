import { describe, expect, test } from "vitest";
import type { Row } from "#spi";
import { people, useSpokes } from "./stands.ts";

const { ews, graph } = useSpokes();
const { alice, bob } = people;
const text = expect.any(String);

describe.each([ews, graph])("mail and settings over $schema", (stand) => {
  const { one, rows, received } = stand;
  const isEws = stand.schema === "EWS";

  const send = (subject: string, more: Row = {}) =>
    one("Send Mail", { user: alice, to: [bob], subject, body: "hello", ...more });
  const mailOf = async (subject: string, user: string = bob): Promise<Row> => {
    const found = (await rows("Look Up Messages by User ID", { user })).find((row) => row["subject"] === subject);
    if (found === undefined) throw new Error(`no mail ${subject}`);
    return found;
  };

  test("Send Mail never takes the name of an attachment for a file of the service", async () => {
    // Over EWS name and content are inputs of their own.
    if (isEws) return;
    stand.files.set("service.keytab", Buffer.from("CANARY"));
    const content = Buffer.from("abc").toString("base64");
    for (const file of [
      { name: "@service.keytab;x.txt", content },
      { name: "x.txt", content: `${content};@service.keytab` },
    ])
      await expect(send("Trap", { attachments: [file] })).rejects.toMatchObject({ code: "INVALID_QUERY" });
    const found = await rows("Look Up Messages by User ID", { user: bob });
    expect(found.map(({ subject }) => subject)).not.toContain("Trap");
  });

  test("Send Mail reaches everybody, whatever their names look like", async () => {
    await send("Slash", { to: [`"Alice \\\\" <${alice}>`, `"Bob" <${bob}>`] });
    expect((await mailOf("Slash", bob))["to"]).toContain(alice);
    expect((await mailOf("Slash", alice))["to"]).toContain(bob);
  });

  test("Send Mail, read by user and by folder", async () => {
    const sent = await send("Offer", {
      to: `"Baker, Bob" <${bob}>`,
      cc: [alice],
      bcc: [bob],
      body: "<p>See <b>this</b></p>",
      contentType: "html",
      attachments: [{ name: "a.txt", content: Buffer.from("abc").toString("base64") }],
      saveToSentItems: false,
    });
    expect(sent).toEqual({ status: "success" });
    const found = await mailOf("Offer");
    expect(found).toMatchObject({
      messageId: text,
      changeKey: text,
      from: alice,
      to: expect.stringContaining(bob),
      body: expect.stringContaining("this"),
      received: text,
      isRead: false,
      importance: "normal",
      hasAttachments: true,
      parentFolderId: text,
      internetMessageId: text,
    });
    const inFolder = { user: bob, folderId: "inbox", select: "subject", top: 1 };
    expect(await rows("Look Up Messages by Mail Folder ID", inFolder)).toHaveLength(1);
    const byId = await rows("Look Up Messages by Mail Folder ID", { user: bob, folderId: found["parentFolderId"] });
    expect(byId.map(({ subject }) => subject)).toContain("Offer");
    expect(byId[0]).toMatchObject({ messageId: text });
    const short = await rows("Look Up Messages by User ID", { user: bob, select: "subject,from", top: 1 });
    expect(short).toEqual([{ subject: text, from: alice }]);
    expect(await received(alice, "Offer")).toEqual(["Offer"]);
    const sentItems = await rows("Look Up Messages by Mail Folder ID", { user: alice, folderId: "sentitems" });
    expect(sentItems.map(({ subject }) => subject)).not.toContain("Offer");
    await expect(rows("Look Up Messages by User ID", { user: bob, select: "colour" })).rejects.toMatchObject({
      target: "select",
    });
    const filter = "subject eq 'Offer' and not (isRead eq true)";
    expect(await rows("Look Up Messages by User ID", { user: bob, filter })).toHaveLength(1);
    expect(await rows("Look Up Messages by Mail Folder ID", { user: bob, folderId: "inbox", filter })).toHaveLength(1);
  });

  test("Delete Message: to Deleted Items, or for good", async () => {
    const deleted = async () =>
      (await rows("Look Up Messages by Mail Folder ID", { user: bob, folderId: "deleteditems" })).map(
        ({ subject }) => subject,
      );
    await send("To the bin");
    await send("For good");
    const bin = await mailOf("To the bin");
    expect(await one("Delete Message", { user: bob, messageId: bin["messageId"] })).toEqual({ status: "success" });
    const gone = await mailOf("For good");
    const input = { user: bob, messageId: gone["messageId"], permanent: true };
    expect(await one("Delete Message", input)).toEqual({ status: "success" });
    expect(await deleted()).toContain("To the bin");
    expect(await deleted()).not.toContain("For good");
    expect(await received(bob, "For good")).toEqual([]);
    await expect(one("Delete Message", input)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("Look Up Mail Folders by User ID", async () => {
    const found = await rows("Look Up Mail Folders by User ID", {
      user: alice,
      ...(isEws ? {} : { includeHidden: true }),
    });
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(["Inbox", "Sent Items"]));
    const inbox = found.find(({ name }) => name === "Inbox");
    expect(inbox).toMatchObject({
      folderId: text,
      parentFolderId: text,
      childFolderCount: expect.any(Number),
      totalCount: expect.any(Number),
      unreadCount: expect.any(Number),
    });
    if (!isEws) expect(inbox?.["isHidden"]).toBe(false);
  });

  test("Set Mailbox Auto Reply, told by Look up Out of Office Settings", async () => {
    const set = await one("Set Mailbox Auto Reply", {
      mailbox: bob,
      state: "Scheduled",
      start: "2031-07-01T00:00:00Z",
      end: "2031-07-08T00:00:00Z",
      internalMessage: "back soon",
      externalMessage: "out",
      externalAudience: "Known",
    });
    expect(set).toEqual({
      result: "success",
      state: "Scheduled",
      externalAudience: "Known",
      start: "2031-07-01T00:00:00Z",
      end: "2031-07-08T00:00:00Z",
      internalMessage: "back soon",
      externalMessage: "out",
    });
    const [tip, none] = await rows("Look up Out of Office Settings", {
      user: alice,
      recipients: [bob, "nobody@sandbox.example"],
    });
    expect(tip).toMatchObject({
      recipient: bob,
      message: "back soon",
      start: expect.stringMatching(/^2031-07-01T00:00:00/),
      end: expect.stringMatching(/^2031-07-08T00:00:00/),
      mailboxFull: false,
      deliveryRestricted: false,
      maxMessageSize: expect.any(Number),
    });
    expect(none).toMatchObject(isEws ? { invalidRecipient: true } : { error: text });
    const off = await one("Set Mailbox Auto Reply", { user: bob, status: "Disabled" });
    expect(off).toMatchObject({ state: "Disabled", internalMessage: "back soon" });
    const [quiet] = await rows("Look up Out of Office Settings", { user: alice, recipients: bob });
    expect(quiet?.["message"]).toBeNull();
    await expect(one("Set Mailbox Auto Reply", { user: bob })).rejects.toMatchObject({ target: "state" });
    const both = { user: bob, state: "Enabled", status: "Disabled" };
    await expect(one("Set Mailbox Auto Reply", both)).rejects.toMatchObject({ target: "status" });
  });

  test("Look up Time Zones", async () => {
    const windows = await rows("Look up Time Zones", { user: alice });
    expect(windows).toContainEqual({ id: "W. Europe Standard Time", name: text });
    if (isEws) return;
    expect(await rows("Look up Time Zones", { user: alice, standard: "Iana" })).toContainEqual({
      id: "Europe/Berlin",
      name: text,
    });
  });
});
