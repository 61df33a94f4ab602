import { type Cause, ConnectorError, unsupported } from "#spi";
import type { PowerShellOnly } from "./action.ts";

/** Why an action of the spokes may be refused before anything is sent. */
export const spokeCauses: readonly Cause[] = [
  {
    code: "REQUIRES_EXCHANGE_POWERSHELL",
    problem: "UNSUPPORTED",
    step: "protocol",
    owner: "server-admin",
    seen: "The action is one that only an Exchange cmdlet does: neither Exchange Web Services nor Microsoft Graph has a call for it.",
    fix: "Run the cmdlet the detail names in Exchange PowerShell, or take the way it names instead.",
  },
  {
    code: "ROOM_NOT_A_ROOM",
    problem: "INVALID_QUERY",
    step: "mailbox",
    owner: "designer",
    seen: "An address given as a room is none of the organisation: it belongs to a person, or to nobody.",
    fix: "Take an address of the actions Lookup Room Mailboxes or Look up Rooms Stream.",
  },
  {
    code: "DELEGATED_LOGIN_REQUIRED",
    problem: "UNSUPPORTED",
    step: "authentication",
    owner: "designer",
    seen: "The action is for a person who signed in, and the connection's token is an application's own.",
    fix: "Use a connection by which somebody signed in, or the action the detail names.",
  },
];

/** The refusal of what only a cmdlet does. */
export function requiresPowerShell(action: string, only: PowerShellOnly | undefined): ConnectorError {
  const { cmdlet = "that does it", instead = "" } = only ?? {};
  return unsupported(
    `${action} needs the cmdlet ${cmdlet} of Exchange PowerShell; no API of this connection does it. ${instead}`,
    { causeCode: "REQUIRES_EXCHANGE_POWERSHELL", evidence: { cmdlet } },
  );
}

/** The refusal of a room that is none. */
export const notARoom = (address: string, target: string): ConnectorError =>
  new ConnectorError("INVALID_QUERY", `${target}: ${address} is no room of the organisation. Nothing was sent.`, {
    causeCode: "ROOM_NOT_A_ROOM",
    target,
    evidence: { address },
  });

/** The refusal of what an application may not do. */
export const delegatedLoginRequired = (action: string, instead: string): ConnectorError =>
  unsupported(
    `${action}: Microsoft Graph does this for a person who signed in only; this connection's token is an application's own. ${instead}`,
    { causeCode: "DELEGATED_LOGIN_REQUIRED" },
  );
