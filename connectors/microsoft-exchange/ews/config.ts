import type { EntraOptions } from "../../microsoft-identity/entra.ts";

/** Values of the property Platform: Exchange generations, oldest first. */
export const platforms = [
  "Exchange2007",
  "Exchange2007_SP1",
  "Exchange2010",
  "Exchange2010_SP1",
  "Exchange2010_SP2",
  "Exchange2013",
  "Exchange2013_SP1",
  "Exchange_Online",
] as const;
export type Platform = (typeof platforms)[number];

export const impersonationTypes = ["PrincipalName", "SID", "PrimarySmtpAddress", "SmtpAddress"] as const;
export type ImpersonationType = (typeof impersonationTypes)[number];

/** The account to act as through the ExchangeImpersonation header. */
export interface Impersonation {
  readonly type: ImpersonationType;
  readonly user: string;
}

/** What a session for schema EWS needs to know; made by the manifest from the connection's properties. */
export interface EwsConfig {
  /** Address of Exchange.asmx. */
  readonly endpoint: string;
  readonly platform: Platform;
  readonly impersonation?: Impersonation;
  /** Also read what costs most (MIME source) when a query names no columns. */
  readonly includeContent: boolean;
  readonly bodyType: "Best" | "HTML" | "Text";
  /** Rows of one FindItem page, at most 1000. */
  readonly pageSize: number;
  /** Folder levels the table Folders walks; -1 = all. */
  readonly folderDepth: number;
  /** Who signs in, for identity and routing; absent with app-only tokens. */
  readonly user?: string;
  /** The endpoint is Exchange Online's. */
  readonly isOnline?: boolean;
  /** Audiences of tokens for this endpoint, where they are known. */
  readonly audiences?: readonly string[];
  /** How tokens are asked for; the procedures that build sign-in addresses need it. */
  readonly oauth?: EntraOptions;
  /** GetItem calls in flight for one query. */
  readonly itemConcurrency: number;
}

/** Does this platform know what came with `since`? */
export function knows(platform: string, since: string | undefined): boolean {
  if (since === undefined) return true;
  const own = platforms.indexOf(platform as Platform);
  return (own < 0 ? platforms.length - 1 : own) >= platforms.indexOf(since as Platform);
}
