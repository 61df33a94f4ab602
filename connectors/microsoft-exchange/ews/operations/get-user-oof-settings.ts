import type { Operation } from "../call.ts";
import { type CallState, callState, readMessage, throwIfError } from "../response-messages.ts";
import { converter } from "../values.ts";
import { element, leaf } from "../write-xml.ts";

/** Out-of-office settings of a mailbox. */
export interface OofSettings {
  OofState: string | null;
  ExternalAudience: string | null;
  StartTime: string | null;
  EndTime: string | null;
  InternalReply: string | null;
  ExternalReply: string | null;
}

export interface OofState extends CallState {
  readonly settings: OofSettings;
}

/** GetUserOofSettings. */
export const getUserOofSettings = (address: string): Operation<OofState> => ({
  name: "GetUserOofSettings",
  repeatable: true,
  body: element(
    "m:GetUserOofSettingsRequest",
    undefined,
    element("t:Mailbox", undefined, leaf("t:Address", address, { about: "User" })),
  ),
  start: () => ({
    ...callState(),
    settings: {
      OofState: null,
      ExternalAudience: null,
      StartTime: null,
      EndTime: null,
      InternalReply: null,
      ExternalReply: null,
    },
  }),
  read: (response) => {
    readMessage(response, "ResponseMessage");
    const oof = response.child("OofSettings");
    for (const name of ["OofState", "ExternalAudience"] as const) {
      oof.child(name).onText((state, text) => {
        state.settings[name] = text;
      });
    }
    for (const name of ["StartTime", "EndTime"] as const) {
      oof.at(["Duration", name]).onText((state, text) => {
        state.settings[name] = String(converter("datetime")(text));
      });
    }
    for (const name of ["InternalReply", "ExternalReply"] as const) {
      oof.at([name, "Message"]).onText((state, text) => {
        state.settings[name] = text;
      });
    }
  },
  finish: (state) => throwIfError("GetUserOofSettings", state),
});
