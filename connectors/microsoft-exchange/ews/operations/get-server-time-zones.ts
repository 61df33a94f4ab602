import type { Operation } from "../call.ts";
import { type CallState, callState, readMessages, throwIfError } from "../response-messages.ts";
import { element } from "../write-xml.ts";

export interface TimeZonesState extends CallState {
  readonly zones: { readonly id: string; readonly name: string }[];
}

/** GetServerTimeZones: names of all zones the server knows; from Exchange 2010 on. */
export const getServerTimeZones = (): Operation<TimeZonesState> => ({
  name: "GetServerTimeZones",
  repeatable: true,
  body: element("m:GetServerTimeZones", { ReturnFullTimeZoneData: false }),
  start: () => ({ ...callState(), zones: [] }),
  read: (response) => {
    readMessages(response, "GetServerTimeZones")
      .at(["TimeZoneDefinitions", "TimeZoneDefinition"])
      .onOpen((state, attributes) => {
        state.zones.push({ id: attributes["Id"] ?? "", name: attributes["Name"] ?? "" });
      });
  },
  finish: (state) => throwIfError("GetServerTimeZones", state),
});
