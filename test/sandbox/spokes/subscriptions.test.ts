import { X509Certificate } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Row } from "#spi";
import { people, useSpokes } from "./stands.ts";

const { ews, graph, cloud } = useSpokes();
const { alice } = people;
const text = expect.any(String);

describe.each([ews, graph])("watched calendars over $schema", (stand) => {
  const { one, rows } = stand;
  const isEws = stand.schema === "EWS";

  const event = (subject: string) => {
    const start = new Date(Date.now() + 3_600_000).toISOString();
    const end = new Date(Date.now() + 7_200_000).toISOString();
    return one("Create Calendar Event", { user: alice, subject, start, end });
  };

  test("Create Subscription, Look up Events by Subscription ID, Look up Items From Subscription ID", async () => {
    const { folderId: folder } = await one("Look up Folder ID", { mailbox: alice, folder: "calendar" });
    const watch = await one("Create Subscription", {
      mailbox: alice,
      ...(isEws ? { folder, eventTypes: ["created", "updated", "deleted", "moved"], timeoutMinutes: 60 } : {}),
    });
    expect(watch).toMatchObject({ subscriptionId: text, watermark: text, ...(isEws ? { expiry: text } : {}) });
    const place = { mailbox: alice, subscriptionId: watch["subscriptionId"] };
    const before = await rows("Look up Events by Subscription ID", { ...place, watermark: watch["watermark"] });
    expect(before.map(({ type }) => type)).toEqual(["watermark"]);

    const kept = await event("Kept");
    const dropped = await event("Dropped");
    await one("Delete Calendar Event", { user: alice, eventId: dropped["eventId"] });
    const mark = { ...place, watermark: watch["watermark"] };
    const events = await rows("Look up Events by Subscription ID", mark);
    expect(events.at(-1)).toMatchObject({ type: "watermark", newWatermark: text, moreEvents: false });
    const ofKept = events.filter(({ itemId }) => itemId === kept["eventId"]);
    expect(ofKept.map(({ type }) => type)).toContain(isEws ? "created" : "changed");
    expect(ofKept[0]).toMatchObject({ timestamp: text, newWatermark: text });
    if (isEws) {
      expect(ofKept[0]?.["parentFolderId"]).toEqual(text);
      expect(events.map(({ type }) => type)).toContain("moved");
    }

    const items = await rows("Look up Items From Subscription ID", mark);
    const told = items.find(({ itemId }) => itemId === kept["eventId"]);
    expect(told).toMatchObject({
      subscriptionId: watch["subscriptionId"],
      type: text,
      timestamp: text,
      newWatermark: text,
      item: expect.objectContaining({ subject: "Kept" }),
    });
    expect(items.filter(({ type }) => type === "deleted").every(({ item }) => item === null)).toBe(true);

    const after = { ...place, watermark: events.at(-1)?.["newWatermark"] };
    expect((await rows("Look up Events by Subscription ID", after)).map(({ type }) => type)).toEqual(["watermark"]);
    if (isEws) {
      const wish = { folder, eventTypes: ["created"], timeoutMinutes: 30 };
      const renewed = await one("Renew Subscription", { ...mark, ...wish });
      expect(renewed).toEqual({ subscriptionId: text, watermark: text, expiry: text });
      const renewedMark = {
        mailbox: alice,
        subscriptionId: renewed["subscriptionId"],
        watermark: renewed["watermark"],
      };
      const missed = await rows("Look up Events by Subscription ID", renewedMark);
      expect(missed.map(({ itemId }) => itemId)).toContain(kept["eventId"]);
      const input = { id: renewed["subscriptionId"], mailbox: alice };
      expect(await one("Unsubscribe Webhook", input)).toEqual({ status: "success" });
      await expect(rows("Look up Events by Subscription ID", after)).rejects.toThrow();
      return;
    }
    await expect(rows("Look up Events by Subscription ID", { ...mark, watermark: "x" })).rejects.toMatchObject({
      target: "watermark",
    });
    await expect(
      rows("Look up Events by Subscription ID", { ...mark, subscriptionId: "of a webhook" }),
    ).rejects.toMatchObject({ target: "subscriptionId" });
  });
});

describe("webhooks over MSGraph", () => {
  const { one, rows } = graph;
  let server: Server;
  let notificationUrl = "";

  beforeAll(async () => {
    const { key, cert } = cloud.sandbox().tls;
    server = createServer({ key, cert }, (request, response) => {
      response.end(new URL(request.url ?? "/", "https://localhost").searchParams.get("validationToken") ?? "");
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    notificationUrl = `https://localhost:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test("with the changed item sent along need a certificate", async () => {
    const made = await one("Subscribe Webhook", {
      resource: `users/${alice}/events?$select=subject`,
      changeTypes: "created",
      notificationUrl,
      expiration: new Date(Date.now() + 3_600_000).toISOString(),
      includeResourceData: true,
      encryptionCertificate: new X509Certificate(cloud.sandbox().tls.cert).raw.toString("base64"),
      encryptionCertificateId: "one",
    });
    expect(made).toMatchObject({ changeType: "created" });
    await one("Unsubscribe Webhook", { id: made["id"] });
  });

  test("are made, read, listed, renewed and ended", async () => {
    const expiration = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z$/, "Z");
    const input: Row = {
      resource: `users/${alice}/events`,
      changeTypes: ["created", "updated"],
      notificationUrl,
      lifecycleNotificationUrl: notificationUrl,
      expiration,
      clientState: "secret",
    };
    const made = await one("Subscribe Webhook", input);
    expect(made).toMatchObject({
      id: text,
      resource: text,
      changeType: "created,updated",
      notificationUrl,
      lifecycleNotificationUrl: notificationUrl,
      expiration,
      applicationId: text,
      creatorId: text,
    });
    expect(await one("Look up Subscription by ID", { id: made["id"] })).toEqual(made);
    expect((await rows("Look up Subscriptions Stream")).map(({ id }) => id)).toContain(made["id"]);
    const later = new Date(Date.now() + 7_200_000).toISOString().replace(/\.\d+Z$/, "Z");
    const renewed = await one("Renew Webhook Subscription", { id: made["id"], expiration: later });
    expect(renewed).toMatchObject({ id: made["id"], expiration: later });
    expect(await one("Unsubscribe Webhook", { id: made["id"] })).toEqual({ status: "success" });
    await expect(one("Look up Subscription by ID", { id: made["id"] })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
