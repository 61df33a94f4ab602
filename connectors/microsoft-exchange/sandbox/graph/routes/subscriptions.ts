import { type GraphCall, type GraphResult, jsonBody, noContent } from "../call.ts";
import { accessDenied, badRequest, GraphError, resourceNotFound } from "../errors.ts";
import { locate } from "../locate.ts";
import { checkPermission, type Permission } from "../permissions.ts";
import { recipientOf } from "../resource-data.ts";
import { checkEntity, type JsonObject } from "../schema/validate-body.ts";
import { project } from "../shape.ts";
import type { Subscription, Watched } from "../subscriptions.ts";
import { textOf } from "../values.ts";
import { folderNamed } from "../well-known-folders.ts";
import { routes } from "./route.ts";

/** The longest life of a subscription on mail, events and contacts. */
const LONGEST_MINUTES = 10_080;
const MINUTE_MS = 60_000;

/** Requests for subscriptions to change notifications; what they need depends on the resource watched. */
export const subscriptionRoutes = routes("none", "none", {
  "GET subscriptions": (call) => ({
    status: 200,
    body: {
      "@odata.context": `${call.base}/$metadata#subscriptions`,
      value: call.service.subscriptions.of(call.principal.appId).map(print),
    },
  }),
  "POST subscriptions": (call) => create(call),
  "GET subscriptions/*": (call, id) => entity(call, find(call, id)),
  "PATCH subscriptions/*": (call, id) => renew(call, id),
  "DELETE subscriptions/*": (call, id) => {
    call.service.subscriptions.remove(find(call, id));
    return noContent;
  },
  "POST subscriptions/*/reauthorize": (call, id) => {
    find(call, id);
    return noContent;
  },
});

function find(call: GraphCall, id: string): Subscription {
  const found = call.service.subscriptions.of(call.principal.appId).find((one) => one.id === id);
  if (found === undefined) throw resourceNotFound(id);
  return found;
}

const entity = (call: GraphCall, subscription: Subscription, status = 200): GraphResult => ({
  status,
  body: { "@odata.context": `${call.base}/$metadata#subscriptions/$entity`, ...print(subscription) },
});

/** The secret of the client is never told again. */
const print = (one: Subscription): Record<string, unknown> => ({
  id: one.id,
  resource: one.resource,
  applicationId: one.applicationId,
  changeType: one.changeTypes.join(","),
  clientState: null,
  notificationUrl: one.notificationUrl,
  lifecycleNotificationUrl: one.lifecycleNotificationUrl ?? null,
  expirationDateTime: one.expiresAt.toISOString(),
  creatorId: one.creatorId,
  includeResourceData: one.data !== undefined,
  encryptionCertificateId: one.data?.recipient.certificateId ?? null,
  latestSupportedTlsVersion: "v1_2",
});

async function create(call: GraphCall): Promise<GraphResult> {
  const body = checkEntity("subscription", jsonBody(call));
  for (const name of ["changeType", "notificationUrl", "resource", "expirationDateTime"]) {
    if (textOf(body, name) === undefined) throw badRequest(`The property '${name}' is required.`);
  }
  const changeTypes = changeTypesOf(String(body["changeType"]));
  const resource = String(body["resource"]);
  const watched = watchedBy(call, resource);
  const expiresAt = endOf(call, body);
  const clientState = textOf(body, "clientState");
  if ((clientState?.length ?? 0) > 128) throw badRequest("The clientState has at most 128 characters.");
  const addresses = addressesOf(body);
  for (const address of Object.values(addresses)) await call.service.subscriptions.validate(address);
  const data = dataOf(call, body, watched);
  const { principal } = call;
  const made = call.service.subscriptions.add({
    applicationId: principal.appId,
    creatorId: principal.kind === "user" ? principal.userId : principal.appId,
    tenantId: principal.tenantId,
    resource,
    changeTypes,
    watched,
    expiresAt,
    ...addresses,
    ...(clientState === undefined ? {} : { clientState }),
    ...(data === undefined ? {} : { data }),
  });
  return entity(call, made, 201);
}

/** How changed items go along with their notices, encrypted. */
function dataOf(call: GraphCall, body: JsonObject, { mailbox }: Watched): Subscription["data"] {
  if (body["includeResourceData"] !== true) return undefined;
  const [certificate, id] = [textOf(body, "encryptionCertificate"), textOf(body, "encryptionCertificateId")];
  if (certificate === undefined || id === undefined) {
    throw badRequest("Resource data needs encryptionCertificate and encryptionCertificateId.");
  }
  return {
    recipient: recipientOf(certificate, id),
    show: async (itemId) => {
      const item = mailbox.item(itemId);
      return item && project(call.service.shapeOf(item), item, { ...call, mailbox }, { expand: [] });
    },
  };
}

function addressesOf(body: JsonObject): { notificationUrl: string; lifecycleNotificationUrl?: string } {
  const lifecycle = textOf(body, "lifecycleNotificationUrl");
  return {
    notificationUrl: String(body["notificationUrl"]),
    ...(lifecycle === undefined ? {} : { lifecycleNotificationUrl: lifecycle }),
  };
}

async function renew(call: GraphCall, id: string): Promise<GraphResult> {
  const subscription = find(call, id);
  const body = checkEntity("subscription", jsonBody(call));
  if ("expirationDateTime" in body) subscription.expiresAt = endOf(call, body);
  const address = textOf(body, "notificationUrl");
  if (address !== undefined) {
    await call.service.subscriptions.validate(address);
    subscription.notificationUrl = address;
  }
  return entity(call, subscription);
}

function changeTypesOf(text: string): readonly string[] {
  const types = text.split(",").map((one) => one.trim().toLowerCase());
  if (types.every((one) => ["created", "updated", "deleted"].includes(one))) return types;
  throw badRequest(`The change type '${text}' is not supported for the resource.`);
}

function endOf(call: GraphCall, body: JsonObject): Date {
  const at = new Date(String(body["expirationDateTime"]));
  const minutes = (at.getTime() - call.now.getTime()) / MINUTE_MS;
  if (minutes <= 0) throw new GraphError(400, "ExtensionError", "Subscription expiration must be in the future.");
  if (minutes <= LONGEST_MINUTES) return at;
  throw new GraphError(
    400,
    "ExtensionError",
    `Subscription expiration can only be ${LONGEST_MINUTES} minutes in the future.`,
  );
}

/** `me/mailFolders('inbox')/messages`, `users/{id}/events` and the like. */
function watchedBy(call: GraphCall, resource: string): Watched {
  const { owner, scope, tail } = locate(`/${resource.replace(/^\//, "").split("?")[0]}`);
  const collection = (["messages", "events", "contacts"] as const).find((one) => one === tail[0]);
  if (collection === undefined || tail.length !== 1 || (owner.kind !== "me" && owner.kind !== "user")) {
    throw badRequest(`The resource '${resource}' is not supported.`);
  }
  const { principal, service } = call;
  const own = principal.kind === "user" ? principal.userId : undefined;
  const key = owner.kind === "user" ? owner.key : own;
  const account = key === undefined ? undefined : service.organisation.account(key);
  if (account === undefined) throw resourceNotFound(key ?? "me");
  const isOwn = account.objectId === own;
  const needed: Readonly<Record<typeof collection, Permission>> = {
    messages: "mail.read",
    events: "calendar.read",
    contacts: "contacts.read",
  };
  checkPermission(principal, needed[collection], isOwn);
  const mailbox = service.organisation.requireMailbox(account.address);
  if (principal.kind === "user" && !isOwn && !(call.caller && service.organisation.mayOpen(call.caller, mailbox))) {
    throw accessDenied();
  }
  const container = scope.folder ?? scope.calendar ?? scope.contactFolder;
  const folder = container === undefined ? undefined : folderNamed({ ...call, mailbox }, container);
  return { mailbox, userId: account.objectId, collection, ...(folder === undefined ? {} : { folderId: folder.id }) };
}
