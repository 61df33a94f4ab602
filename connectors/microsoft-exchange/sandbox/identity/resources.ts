import { EntraRefusal } from "./entra-errors.ts";

/** The services tokens are made for: Microsoft Graph, and Exchange Online (EWS, SMTP). */
export type Resource = "graph" | "exchange";

/** Audience identifiers per service, over all clouds; the first one is what a bare scope means. */
export const AUDIENCES: Readonly<Record<Resource, readonly string[]>> = {
  graph: [
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://graph.microsoft.de",
    "https://microsoftgraph.chinacloudapi.cn",
    "00000003-0000-0000-c000-000000000000",
  ],
  exchange: [
    "https://outlook.office365.com",
    "https://outlook.office.com",
    "https://outlook.office365.us",
    "https://outlook-dod.office365.us",
    "https://webmail.apps.mil",
    "https://outlook.office.de",
    "https://partner.outlook.cn",
    "https://ps.outlook.com",
    "00000002-0000-0ff1-ce00-000000000000",
  ],
};

/** Scopes of OpenID Connect, which belong to no resource. */
export const OPENID_SCOPES: readonly string[] = ["openid", "profile", "email", "offline_access"];

/** What a `scope` parameter asks for. */
export type ScopeRequest = {
  readonly text: string;
  readonly openId: readonly string[];
  readonly audience?: string;
  readonly resource?: Resource;
  /** Permission names without the resource; `.default` stands for all that were consented to. */
  readonly permissions: readonly string[];
};

/** Reads a `scope` parameter; more than one resource, or an unknown one, is refused. */
export function parseScope(text: string, tenant: string): ScopeRequest {
  const words = text.split(" ").filter((word) => word !== "");
  const openId = words.filter((word) => OPENID_SCOPES.includes(word));
  const named = words.filter((word) => !OPENID_SCOPES.includes(word)).map(splitScope);
  const audiences = new Set(named.map((scope) => scope.audience));
  if (audiences.size > 1) throw new EntraRefusal(28000, text);
  const [audience] = audiences;
  if (audience === undefined) return { text, openId, permissions: [] };
  const resource = resourceOf(audience);
  if (resource === undefined) throw new EntraRefusal(500011, audience, tenant);
  return { text, openId, audience, resource, permissions: named.map((scope) => scope.permission) };
}

/** The service an audience identifier belongs to. */
export function resourceOf(audience: string): Resource | undefined {
  const plain = audience.replace(/\/+$/, "").toLowerCase();
  if (AUDIENCES.graph.includes(plain)) return "graph";
  return AUDIENCES.exchange.includes(plain) ? "exchange" : undefined;
}

function splitScope(word: string): { audience: string; permission: string } {
  const slash = word.lastIndexOf("/");
  if (slash < 0) return { audience: "https://graph.microsoft.com", permission: word };
  // A resource identifier that itself ends in a slash gives "https://host//.default"; the token's aud keeps one.
  return { audience: word.slice(0, slash), permission: word.slice(slash + 1) };
}
