import type { Operation } from "../call.ts";
import { responseError } from "../errors.ts";
import { type CallState, callState, isError, readMessages, wordOf } from "../response-messages.ts";
import { element, leaf } from "../write-xml.ts";

/** A name that was found. */
export interface Resolution {
  name: string | null;
  emailAddress: string | null;
  routingType: string | null;
  mailboxType: string | null;
  displayName: string | null;
  department: string | null;
  jobTitle: string | null;
}

export interface ResolutionState extends CallState {
  readonly resolutions: Resolution[];
}

const ofMailbox = [
  ["Name", "name"],
  ["EmailAddress", "emailAddress"],
  ["RoutingType", "routingType"],
  ["MailboxType", "mailboxType"],
] as const;
const ofContact = [
  ["DisplayName", "displayName"],
  ["Department", "department"],
  ["JobTitle", "jobTitle"],
] as const;

const last = (state: ResolutionState): Resolution => state.resolutions[state.resolutions.length - 1] as Resolution;

/** ResolveNames in the directory: nobody found is no error. */
export const resolveNames = (entry: string): Operation<ResolutionState> => ({
  name: "ResolveNames",
  repeatable: true,
  body: element(
    "m:ResolveNames",
    { ReturnFullContactData: true, SearchScope: "ActiveDirectory" },
    leaf("m:UnresolvedEntry", entry, { about: "user" }),
  ),
  start: () => ({ ...callState(), resolutions: [] }),
  read: (response) => {
    const resolution = readMessages(response, "ResolveNames").at(["ResolutionSet", "Resolution"]);
    resolution.onOpen((state) => {
      state.resolutions.push({
        name: null,
        emailAddress: null,
        routingType: null,
        mailboxType: null,
        displayName: null,
        department: null,
        jobTitle: null,
      });
    });
    for (const [element_, member] of ofMailbox)
      resolution.at(["Mailbox", element_]).onText((state, text) => {
        last(state)[member] = text;
      });
    for (const [element_, member] of ofContact)
      resolution.at(["Contact", element_]).onText((state, text) => {
        last(state)[member] = text;
      });
  },
  finish: (state) => {
    const failed = state.messages.find(isError);
    if (failed === undefined || failed.responseCode === "ErrorNameResolutionNoResults") return;
    throw responseError("ResolveNames", wordOf(failed));
  },
});
