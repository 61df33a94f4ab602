import { ConnectorError, invalidQuery, type Row, type Value } from "#spi";
import { itemsOf } from "../../graph/call.ts";
import { type JsonObject, member } from "../../graph/errors.ts";
import { directory, segment } from "../../graph/mailbox.ts";
import { queryString } from "../../graph/odata.ts";
import { LinkWatch } from "../../graph/paging.ts";
import { utcTime } from "../../graph/read-row.ts";
import { mailFolderNames } from "../../tables/graph/well-known.ts";
import {
  bytes,
  type Execution,
  flag,
  graphProcedure,
  instant,
  json,
  mailboxProcedure,
  required,
  statusOutput,
  success,
  text,
  userId,
} from "./procedure.ts";

/** Members of a message that its row shows. */
const shown = ["id", "subject", "from", "receivedDateTime", "isRead", "parentFolderId", "changeKey"] as const;

/** Reads what changed in a folder since the last time. */
export const messagesDelta = mailboxProcedure({
  name: "MessagesDelta",
  description:
    "Messages of a folder that were added, changed or deleted since DeltaToken was answered; all of them without one. The last row tells the token for the next time.",
  writes: false,
  inputs: [
    text("FolderId", "Folder by id or well-known name.", { default: "inbox" }),
    text("DeltaToken", "Token of the last row of the time before; all messages when empty."),
    text("ChangeType", "Only changes of this kind.", { allowed: ["created", "updated", "deleted"] }),
    text("Select", "Further members of the message to tell in Message, separated by commas."),
    userId,
  ],
  outputs: [
    text("Change", "changed (new or changed), deleted, or token in the last row."),
    text("Id", "Id of the message."),
    text("Subject", "Subject."),
    text("From", "Address of the sender."),
    instant("ReceivedDateTime", "When it came."),
    flag("IsRead", "Read."),
    text("ParentFolderId", "Folder it lies in."),
    text("ChangeKey", "Its version."),
    json("Message", "All members told of it."),
    text("DeltaToken", "In the last row: what the next call gives to go on from here."),
  ],
  run: changes,
});

async function* changes(execution: Execution): AsyncIterable<Row> {
  const { calls, owner, signal } = execution;
  const root = deltaPath(execution);
  const watch = new LinkWatch();
  const given = execution.text("DeltaToken");
  const extra = ["Select", "ChangeType"].find((name) => given !== undefined && execution.text(name) !== undefined);
  if (extra !== undefined) {
    throw invalidQuery(`${extra} is part of what DeltaToken stands for; give it with the first call only.`, {
      target: extra,
    });
  }
  let query = given === undefined ? firstQuery(execution) : `?$deltatoken=${encodeURIComponent(given)}`;
  for (;;) {
    watch.follow(query, "GET delta");
    const request = { method: "GET", path: `${root}${query}`, operation: "GET delta", mailbox: owner.mailbox } as const;
    const page = await calls.json(request, signal).catch((error: unknown) => {
      throw isLostState(error) ? lostState() : error;
    });
    for (const item of itemsOf(page)) yield changeRow(item);
    const next = tokenOf(page, "@odata.nextLink", "$skiptoken");
    if (next === undefined) {
      yield { ...noChange, Change: "token", DeltaToken: tokenOf(page, "@odata.deltaLink", "$deltatoken") ?? null };
      return;
    }
    query = `?$skiptoken=${encodeURIComponent(next)}`;
  }
}

/** Graph forgets where a reader stood after some weeks, or when the mailbox moves. */
const isLostState = (error: unknown): boolean =>
  error instanceof ConnectorError &&
  (error.remote?.status === 410 || /syncstate|resync/i.test(error.remote?.code ?? ""));

const lostState = () =>
  invalidQuery("Microsoft Graph no longer knows this DeltaToken; leave it out to read the folder from the beginning.", {
    target: "DeltaToken",
  });

function deltaPath(execution: Execution): string {
  const given = execution.text("FolderId") ?? "inbox";
  const folder = mailFolderNames.find((name) => name === given.toLowerCase()) ?? given;
  return `${execution.owner.path}/mailFolders/${segment(folder)}/messages/delta`;
}

function firstQuery(execution: Execution): string {
  const more = (execution.text("Select") ?? "").split(",").map((name) => name.trim());
  const wrong = more.find((name) => !/^\w*$/.test(name));
  if (wrong !== undefined) throw invalidQuery(`Select: "${wrong}" is no member of a message.`, { target: "Select" });
  const select = [...new Set([...shown, ...more])].filter((name) => name !== "").join(",");
  return queryString({ $select: select, changeType: execution.text("ChangeType") });
}

/** The token within a link: the link's host and path are our own to choose, so no other is ever followed. */
function tokenOf(page: JsonObject, link: string, name: string): string | undefined {
  const url = URL.parse(String(member(page, link) ?? ""));
  return [...(url?.searchParams ?? [])].find(([key]) => key.toLowerCase() === name)?.[1];
}

const noChange: Row = {
  Change: null,
  Id: null,
  Subject: null,
  From: null,
  ReceivedDateTime: null,
  IsRead: null,
  ParentFolderId: null,
  ChangeKey: null,
  Message: null,
  DeltaToken: null,
};

function changeRow(item: Value): Row {
  const id = member(item, "id") ?? null;
  if (member(item, "@removed") !== undefined) return { ...noChange, Change: "deleted", Id: id };
  const received = member(item, "receivedDateTime");
  return {
    ...noChange,
    Change: "changed",
    Id: id,
    Subject: member(item, "subject") ?? null,
    From: member(member(member(item, "from"), "emailAddress"), "address") ?? null,
    ReceivedDateTime: typeof received === "string" ? utcTime(received) : null,
    IsRead: member(item, "isRead") ?? null,
    ParentFolderId: member(item, "parentFolderId") ?? null,
    ChangeKey: member(item, "changeKey") ?? null,
    Message: item,
  };
}

/** Asks Graph to tell of changes. */
export const createSubscription = graphProcedure(
  {
    name: "CreateSubscription",
    description:
      "Asks Microsoft Graph to post changes of a resource to an address of yours, which must answer its validation request. Subscriptions on mail, events and contacts end after 7 days at the latest unless renewed.",
    writes: true,
    inputs: [
      text("Resource", "What is watched, such as users/{id}/mailFolders('inbox')/messages or me/events.", required),
      text("ChangeType", "created, updated, deleted: one or several, separated by commas.", required),
      text("NotificationUrl", "Address that takes the notifications; https only.", required),
      instant("ExpirationDateTime", "When it ends.", required),
      text("ClientState", "Secret text of up to 128 letters that each notification repeats."),
      text("LifecycleNotificationUrl", "Address that takes notices about the subscription itself; https only."),
      flag("IncludeResourceData", "Send the changed item along, encrypted.", { default: false }),
      bytes("EncryptionCertificate", "Certificate for that, in base64 of DER."),
      text("EncryptionCertificateId", "Name of that certificate, repeated in the notifications."),
    ],
    outputs: [
      statusOutput,
      text("Id", "Id of the subscription."),
      text("Resource", "What is watched."),
      text("ChangeType", "Changes told."),
      instant("ExpirationDateTime", "When it ends."),
    ],
    run: subscribe,
  },
  () => directory,
);

async function subscribe(execution: Execution): Promise<Row> {
  const { calls, owner, signal, input } = execution;
  const resource = (execution.text("Resource") ?? "").replace(/^\/+/, "");
  if (calls.config.appOnly && /^me(?:\/|$)/i.test(resource)) {
    throw invalidQuery("Resource: an application's own token has no me; name users/{id or principal name}/… instead.", {
      target: "Resource",
    });
  }
  const body: JsonObject = {
    resource,
    changeType: changeTypes(execution),
    notificationUrl: httpsAddress(execution, "NotificationUrl") ?? "",
    expirationDateTime: String(input.ExpirationDateTime),
    ...optional("clientState", execution.text("ClientState")),
    ...optional("lifecycleNotificationUrl", httpsAddress(execution, "LifecycleNotificationUrl")),
    ...encryption(execution),
  };
  const request = {
    method: "POST",
    path: "/subscriptions",
    operation: "POST subscriptions",
    mailbox: owner.mailbox,
  } as const;
  const made = await calls.json({ ...request, body }, signal);
  const ends = member(made, "expirationDateTime");
  return {
    ...success,
    Id: member(made, "id") ?? null,
    Resource: member(made, "resource") ?? resource,
    ChangeType: member(made, "changeType") ?? null,
    ExpirationDateTime: typeof ends === "string" ? utcTime(ends) : null,
  };
}

const optional = (name: string, value: string | undefined): JsonObject =>
  value === undefined ? {} : { [name]: value };

function changeTypes(execution: Execution): string {
  const known = ["created", "updated", "deleted"];
  const types = (execution.text("ChangeType") ?? "").split(",").map((type) => type.trim().toLowerCase());
  const wrong = types.find((type) => !known.includes(type));
  if (wrong === undefined) return types.join(",");
  throw invalidQuery(`ChangeType: "${wrong}" is none of ${known.join(", ")}.`, { target: "ChangeType" });
}

function httpsAddress(execution: Execution, input: string): string | undefined {
  const given = execution.text(input);
  if (given === undefined || URL.parse(given)?.protocol === "https:") return given;
  throw invalidQuery(`${input} must be an https address: Microsoft Graph posts to no other.`, { target: input });
}

function encryption(execution: Execution): JsonObject {
  const certificate = execution.text("EncryptionCertificate");
  const id = execution.text("EncryptionCertificateId");
  if (!execution.flag("IncludeResourceData")) {
    if (certificate === undefined && id === undefined) return {};
    const target = certificate === undefined ? "EncryptionCertificateId" : "EncryptionCertificate";
    throw invalidQuery(`${target} has no meaning unless IncludeResourceData is true.`, { target });
  }
  if (certificate === undefined || id === undefined) {
    const target = certificate === undefined ? "EncryptionCertificate" : "EncryptionCertificateId";
    throw invalidQuery(`IncludeResourceData needs ${target}: items are only sent encrypted.`, { target });
  }
  return { includeResourceData: true, encryptionCertificate: certificate, encryptionCertificateId: id };
}

const subscriptionId = text("Id", "The subscription.", required);
const subscriptionPath = (execution: Execution): string => `/subscriptions/${segment(execution.text("Id") ?? "")}`;

/** Prolongs a subscription. */
export const renewSubscription = graphProcedure(
  {
    name: "RenewSubscription",
    description: "Prolongs a subscription of CreateSubscription.",
    writes: true,
    inputs: [subscriptionId, instant("ExpirationDateTime", "When it ends now.", required)],
    outputs: [statusOutput, instant("ExpirationDateTime", "When it ends.")],
    run: async (execution): Promise<Row> => {
      const { calls, owner, signal, input } = execution;
      const request = { method: "PATCH", operation: "PATCH subscriptions", mailbox: owner.mailbox } as const;
      const body = { expirationDateTime: String(input.ExpirationDateTime) };
      const path = subscriptionPath(execution);
      const renewed = await calls.json({ ...request, path, body, repeatable: true }, signal);
      const ends = member(renewed, "expirationDateTime");
      return { ...success, ExpirationDateTime: typeof ends === "string" ? utcTime(ends) : null };
    },
  },
  () => directory,
);

/** Ends a subscription. */
export const deleteSubscription = graphProcedure(
  {
    name: "DeleteSubscription",
    description: "Ends a subscription of CreateSubscription.",
    writes: true,
    inputs: [subscriptionId],
    outputs: [statusOutput],
    run: async (execution): Promise<Row> => {
      const { calls, owner, signal } = execution;
      const request = { method: "DELETE", operation: "DELETE subscriptions", mailbox: owner.mailbox } as const;
      await calls.json({ ...request, path: subscriptionPath(execution) }, signal);
      return success;
    },
  },
  () => directory,
);
