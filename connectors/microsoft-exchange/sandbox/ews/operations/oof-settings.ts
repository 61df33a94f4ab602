import type { Mailbox, OofSettings } from "../../mailboxes/index.ts";
import { type EwsCall, type Operation, openMailbox } from "../call.ts";
import { printDate, readDate } from "../dates.ts";
import { entryError } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { chosen } from "../properties/property.ts";
import { failure } from "../soap.ts";
import { childOf, childText, m, t, type XmlElement } from "../xml.ts";

const states: Record<string, OofSettings["state"]> = {
  Disabled: "disabled",
  Enabled: "enabled",
  Scheduled: "scheduled",
};
const audiences: Record<string, OofSettings["externalAudience"]> = { None: "none", Known: "known", All: "all" };

/** GetUserOofSettings. */
export const getUserOofSettings: Operation = (call) => {
  try {
    const { oof } = ownMailbox(call);
    return m("GetUserOofSettingsResponse", okay(), t("OofSettings", settings(oof)), m("AllowExternalOof", "All"));
  } catch (error) {
    return m("GetUserOofSettingsResponse", failure("ResponseMessage", entryError(error)));
  }
};

/** SetUserOofSettings. */
export const setUserOofSettings: Operation = (call) => {
  try {
    const mailbox = ownMailbox(call);
    mailbox.oof = readSettings(call, mailbox.oof);
    return m("SetUserOofSettingsResponse", okay());
  } catch (error) {
    return m("SetUserOofSettingsResponse", failure("ResponseMessage", entryError(error)));
  }
};

function ownMailbox(call: EwsCall): Mailbox {
  const address = childText(childOf(call.request, "Mailbox"), "Address");
  if (!address) throw schemaViolation("The element 'Mailbox' has incomplete content.");
  return openMailbox(call, address);
}

function settings(oof: OofSettings): XmlElement[] {
  const name = <T>(names: Record<string, T>, value: T) => Object.keys(names).find((one) => names[one] === value) ?? "";
  const { start, end } = oof;
  return [
    t("OofState", name(states, oof.state)),
    t("ExternalAudience", name(audiences, oof.externalAudience)),
    ...(start && end ? [t("Duration", t("StartTime", printDate(start)), t("EndTime", printDate(end)))] : []),
    t("InternalReply", { "xml:lang": "en-US" }, t("Message", oof.internalReply)),
    t("ExternalReply", { "xml:lang": "en-US" }, t("Message", oof.externalReply)),
  ];
}

function readSettings(call: EwsCall, before: OofSettings): OofSettings {
  const element = childOf(call.request, "UserOofSettings");
  if (!element)
    throw schemaViolation("The element 'SetUserOofSettingsRequest' lacks its required child 'UserOofSettings'.");
  const duration = childOf(element, "Duration");
  const at = (name: string) => {
    const text = childText(duration, name);
    return text === undefined ? undefined : readDate(text, call.timeZone);
  };
  const [start = before.start, end = before.end] = [at("StartTime"), at("EndTime")];
  const state = chosen(states, "OofState", childText(element, "OofState") ?? "");
  if (state === "scheduled" && (!start || !end || end <= start)) {
    throw new EwsError("ErrorInvalidScheduledOofDuration", "The duration of the scheduled replies is invalid.");
  }
  return {
    state,
    externalAudience: chosen(audiences, "ExternalAudience", childText(element, "ExternalAudience") ?? ""),
    internalReply: childText(childOf(element, "InternalReply"), "Message") ?? "",
    externalReply: childText(childOf(element, "ExternalReply"), "Message") ?? "",
    ...(start ? { start } : {}),
    ...(end ? { end } : {}),
  };
}

function okay(): XmlElement {
  return m("ResponseMessage", { ResponseClass: "Success" }, m("ResponseCode", "NoError"));
}
