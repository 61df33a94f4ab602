import { ewsId, graphId, readId, windowsZones } from "../../mailboxes/index.ts";
import { type GraphCall, type GraphResult, jsonBody, mailboxOf, noContent } from "../call.ts";
import { answerCollection, answerEntity } from "../collection.ts";
import { categoryShape } from "../entities/category.ts";
import { applyMailboxSettings, LANGUAGES, printMailboxSettings } from "../entities/mailbox-settings.ts";
import { GraphError, itemNotFound } from "../errors.ts";
import { findItem, printItemId } from "../item-ids.ts";
import type { Category } from "../mailbox-extras.ts";
import { checkEntity, checkParameters } from "../schema/validate-body.ts";
import { readEnum } from "../values.ts";
import { requiredName } from "./mail-folders.ts";
import { type Route, routes } from "./route.ts";

const colors = ["none", ...Array.from({ length: 25 }, (_, index) => `preset${index}`)];
const idFormats = ["entryId", "ewsId", "immutableEntryId", "restId", "restImmutableEntryId"] as const;

/** Requests for a mailbox's settings, categories, and the service's lists of languages and time zones. */
export const settingsRoutes: readonly Route[] = [
  ...routes("settings.read", "settings.write", {
    "GET mailboxSettings": (call) => settingsAnswer(call),
    "PATCH mailboxSettings": (call) => {
      applyMailboxSettings(checkEntity("mailboxSettings", jsonBody(call)), call);
      return settingsAnswer(call);
    },
    "GET outlook/masterCategories": (call) => answerCollection(categoryShape, categoriesOf(call), call),
    "POST outlook/masterCategories": (call) => createCategory(call),
    "GET outlook/masterCategories/*": (call, id) => answerEntity(categoryShape, findCategory(call, id), call),
    "PATCH outlook/masterCategories/*": (call, id) => updateCategory(call, id),
    "DELETE outlook/masterCategories/*": (call, id) => {
      const list = categoriesOf(call);
      list.splice(list.indexOf(findCategory(call, id)), 1);
      return noContent;
    },
  }),
  ...routes("users.read", "users.read", {
    "GET outlook/supportedLanguages": (call) =>
      listAnswer(
        call,
        "localeInfo",
        Object.entries(LANGUAGES).map(([locale, displayName]) => ({ locale, displayName })),
      ),
    "GET outlook/supportedTimeZones": (call) => listAnswer(call, "timeZoneInformation", windowsNames()),
    "GET outlook/supportedTimeZones(*)": (call, standard) =>
      listAnswer(call, "timeZoneInformation", /iana/i.test(standard) ? ianaNames() : windowsNames()),
  }),
  ...routes("mail.read", "mail.read", {
    "POST translateExchangeIds": (call) => translateIds(call),
    "POST getMailTips": (call) => mailTips(call),
  }),
];

function settingsAnswer(call: GraphCall): GraphResult {
  return { status: 200, body: printMailboxSettings(call) };
}

function listAnswer(call: GraphCall, type: string, value: readonly unknown[]): GraphResult {
  return {
    status: 200,
    body: { "@odata.context": `${call.base}/$metadata#Collection(microsoft.graph.${type})`, value },
  };
}

function windowsNames(): { alias: string; displayName: string }[] {
  return windowsZones.map(([alias, displayName]) => ({ alias, displayName }));
}

function ianaNames(): { alias: string; displayName: string }[] {
  return windowsZones
    .flatMap(([, , preferred, others]) => [preferred, ...others.split(" ")])
    .filter((zone, index, all) => zone !== "" && all.indexOf(zone) === index)
    .map((zone) => ({ alias: zone, displayName: zone }));
}

function categoriesOf(call: GraphCall): Category[] {
  return call.service.mailboxes.of(mailboxOf(call)).categories;
}

function findCategory(call: GraphCall, id: string): Category {
  const category = categoriesOf(call).find((one) => one.id === id);
  if (category === undefined) throw itemNotFound();
  return category;
}

function createCategory(call: GraphCall): Promise<GraphResult> {
  const body = checkEntity("outlookCategory", jsonBody(call));
  const displayName = requiredName(body, "displayName");
  const list = categoriesOf(call);
  if (list.some((one) => one.displayName.toLowerCase() === displayName.toLowerCase())) {
    throw new GraphError(409, "CategoryDuplicateName", `A category named '${displayName}' already exists.`);
  }
  const category: Category = { id: crypto.randomUUID(), displayName, color: readEnum(body["color"] ?? "none", colors) };
  list.push(category);
  return answerEntity(categoryShape, category, call, 201);
}

/** The name of a category cannot be changed, only its colour. */
function updateCategory(call: GraphCall, id: string): Promise<GraphResult> {
  const category = findCategory(call, id);
  const body = checkEntity("outlookCategory", jsonBody(call));
  if ("displayName" in body && body["displayName"] !== category.displayName) {
    throw new GraphError(400, "ErrorInvalidRequest", "The display name of a category cannot be changed.");
  }
  if ("color" in body) category.color = readEnum(body["color"] ?? "none", colors);
  return answerEntity(categoryShape, category, call);
}

function translateIds(call: GraphCall): GraphResult {
  const given = checkParameters(
    { InputIds: "string[]", TargetIdType: "string", SourceIdType: "string" },
    jsonBody(call),
  );
  const source = readEnum(given["SourceIdType"], idFormats);
  const target = readEnum(given["TargetIdType"], idFormats);
  const value = ((given["InputIds"] ?? []) as string[]).map((sourceId) => translated(call, sourceId, source, target));
  return listAnswer(call, "convertIdResult", value);
}

function translated(call: GraphCall, sourceId: string, source: string, target: string): Record<string, unknown> {
  try {
    if (source.includes("ntryId") && source !== "restImmutableEntryId") throw unsupportedFormat(source);
    if (target.includes("ntryId") && target !== "restImmutableEntryId") throw unsupportedFormat(target);
    const id = source === "ewsId" ? graphId(sourceId) : sourceId;
    if (readId(ewsId(id))?.type === "folder") return { sourceId, targetId: target === "ewsId" ? ewsId(id) : id };
    const item = findItem(mailboxOf(call), id);
    if (target === "restImmutableEntryId") return { sourceId, targetId: printItemId(mailboxOf(call), item, true) };
    return { sourceId, targetId: target === "ewsId" ? item.id : graphId(item.id) };
  } catch (problem) {
    if (!(problem instanceof GraphError)) throw problem;
    return { sourceId, targetId: null, errorDetails: { code: problem.code, message: problem.message } };
  }
}

function unsupportedFormat(format: string): GraphError {
  return new GraphError(400, "ErrorInvalidIdFormat", `The sandbox does not translate ids of the format ${format}.`);
}

const largestMessageBytes = 37_748_736;

/** Beginning and end of scheduled replies. */
function windowOf({ start, end }: { readonly start?: Date; readonly end?: Date }) {
  const zoned = (at: Date) => ({ dateTime: at.toISOString().replace("Z", "0000"), timeZone: "UTC" });
  if (start === undefined || end === undefined) return {};
  return { scheduledStartTime: zoned(start), scheduledEndTime: zoned(end) };
}

function mailTips(call: GraphCall): GraphResult {
  const given = checkParameters({ EmailAddresses: "string[]", MailTipsOptions: "string?" }, jsonBody(call));
  const value = ((given["EmailAddresses"] ?? []) as string[]).map((address) => {
    const mailbox = call.service.organisation.mailbox(address);
    const emailAddress = { name: mailbox?.owner.name ?? "", address };
    if (mailbox === undefined) {
      return { emailAddress, error: { code: "ErrorRecipientNotFound", message: "The recipient is not known here." } };
    }
    const isOn = mailbox.oof.state !== "disabled";
    return {
      emailAddress,
      mailboxFull: false,
      deliveryRestricted: false,
      maxMessageSize: largestMessageBytes,
      automaticReplies: { message: isOn ? mailbox.oof.internalReply : "", ...(isOn ? windowOf(mailbox.oof) : {}) },
    };
  });
  return listAnswer(call, "mailTips", value);
}
