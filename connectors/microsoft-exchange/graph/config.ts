import type { EntraOptions } from "../../microsoft-identity/entra.ts";

/** What a Graph session needs of a connection's configuration. */
export interface GraphConfig {
  /** Graph of the connection's cloud with its version, e.g. `https://graph.microsoft.com/v1.0`. */
  readonly baseUrl: string;
  /** Mailbox to address instead of the signed-in one: object id or user principal name. */
  readonly userId?: string;
  /** The token is the application's own: there is no `/me`. */
  readonly appOnly: boolean;
  /** Group whose calendar the Events table reads unless a condition names another. */
  readonly groupId?: string;
  /** Rows wished for in one page. */
  readonly pageSize: number;
  /** How many levels of mail folders are walked; 1 = top level only, -1 = no limit. */
  readonly folderDepth: number;
  /** Identifiers the token's audience may have: host of the cloud's Graph and its application id. */
  readonly audiences: readonly string[];
  /** How tokens are asked for; the procedures that build sign-in addresses need it. */
  readonly oauth?: EntraOptions;
}

/** Origin (scheme, host, port) of the connection's Graph: the only one that may see the token or serve a next link. */
export const originOf = (config: GraphConfig): string => new URL(config.baseUrl).origin;
