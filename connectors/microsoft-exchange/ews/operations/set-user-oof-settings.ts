import type { Operation } from "../call.ts";
import { type CallState, callState, readMessage, throwIfError } from "../response-messages.ts";
import { element, leaf } from "../write-xml.ts";
import type { OofSettings } from "./get-user-oof-settings.ts";

/** SetUserOofSettings: all settings at once. */
export const setUserOofSettings = (address: string, settings: OofSettings): Operation<CallState> => ({
  name: "SetUserOofSettings",
  repeatable: true,
  body: element(
    "m:SetUserOofSettingsRequest",
    undefined,
    element("t:Mailbox", undefined, leaf("t:Address", address, { about: "User" })),
    element(
      "t:UserOofSettings",
      undefined,
      leaf("t:OofState", settings.OofState ?? "Disabled"),
      leaf("t:ExternalAudience", settings.ExternalAudience ?? "None"),
      settings.StartTime === null || settings.EndTime === null
        ? undefined
        : element(
            "t:Duration",
            undefined,
            leaf("t:StartTime", settings.StartTime, { about: "StartTime" }),
            leaf("t:EndTime", settings.EndTime, { about: "EndTime" }),
          ),
      element(
        "t:InternalReply",
        undefined,
        leaf("t:Message", settings.InternalReply ?? "", { about: "InternalReply" }),
      ),
      element(
        "t:ExternalReply",
        undefined,
        leaf("t:Message", settings.ExternalReply ?? "", { about: "ExternalReply" }),
      ),
    ),
  ),
  start: callState,
  read: (response) => {
    readMessage(response, "ResponseMessage");
  },
  finish: (state) => throwIfError("SetUserOofSettings", state),
});
