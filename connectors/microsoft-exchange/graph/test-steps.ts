import { ConnectorError, type StepFinding, type StepReporter } from "#spi";
import { claimsOf, type TokenClaims } from "../../microsoft-identity/claims.ts";
import { requireOwnLogin } from "../../microsoft-identity/mailbox-credential.ts";
import { aliasesOfLogin } from "./aliases.ts";
import type { GraphCalls } from "./call.ts";
import { type JsonObject, member } from "./errors.ts";
import { mailboxOwner, type Owner } from "./mailbox.ts";

const profile = "?$select=id,displayName,mail,userPrincipalName";

/** Permissions the tables and procedures need, each with those that include it. */
const needed: readonly (readonly [string, RegExp])[] = [
  ["Mail.ReadWrite", /^Mail\.ReadWrite/],
  ["Mail.Send", /^Mail\.Send/],
  ["Calendars.ReadWrite", /^Calendars\.ReadWrite/],
  ["Contacts.ReadWrite", /^Contacts\.ReadWrite/],
];

/** Tests a connection: token, one answer of Graph, the mailbox, and what the token may do. */
export async function testGraph(calls: GraphCalls, steps: StepReporter, signal: AbortSignal): Promise<void> {
  let claims: TokenClaims | undefined;
  await steps.step("authentication", "Access token", async () => {
    claims = await readToken(calls, signal);
    return tokenFinding(claims);
  });
  const owner = testedMailbox(calls);
  await steps.step("protocol", "Answer of Microsoft Graph", () => probe(calls, owner, claims, steps, signal));
  if (owner !== undefined) {
    await steps.step("mailbox", "Mailbox and its credential", async () => {
      const { config, context } = calls;
      await requireOwnLogin(config.oauth, context.tokens, () => aliasesOfLogin(calls, signal), signal);
      return readInbox(calls, owner, signal);
    });
  }
  if (claims !== undefined) {
    const known = claims;
    await steps.step("permission", "Permissions of the token", async () => permissionFinding(known));
  }
}

/** An application token without UserId can be tested without a mailbox only. */
function testedMailbox({ config }: GraphCalls): Owner | undefined {
  return config.appOnly && config.userId === undefined ? undefined : mailboxOwner(config, {});
}

async function readToken(calls: GraphCalls, signal: AbortSignal): Promise<TokenClaims | undefined> {
  const { tokens } = calls.context;
  if (tokens === undefined) return undefined;
  const claims = claimsOf((await tokens.access(signal)).accessToken);
  if (claims?.audience === undefined) return claims;
  const audience = claims.audience.replace(/\/+$/, "").toLowerCase();
  if (calls.config.audiences.some((own) => own.toLowerCase() === audience)) return claims;
  throw new ConnectorError(
    "AUTHENTICATION_FAILED",
    `The access token is for ${claims.audience}, not for Microsoft Graph.`,
    { causeCode: "GRAPH_TOKEN_AUDIENCE", target: "OAuthAccessToken", evidence: evidenceOf(claims) },
  );
}

const evidenceOf = (claims: TokenClaims): Readonly<Record<string, unknown>> => ({ ...claims });

function tokenFinding(claims: TokenClaims | undefined): StepFinding {
  if (claims === undefined) return { detail: "There is a token; it is opaque, so nothing more is known of it." };
  const whose = claims.user ?? (claims.application === undefined ? "unknown" : `application ${claims.application}`);
  const until = claims.expiresAt === undefined ? "" : `, good until ${claims.expiresAt}`;
  return { detail: `The token is of ${whose}${until}.`, evidence: evidenceOf(claims) };
}

/** One small read. A token without the right to read profiles still proves that Graph answers. */
async function probe(
  calls: GraphCalls,
  owner: Owner | undefined,
  claims: TokenClaims | undefined,
  steps: StepReporter,
  signal: AbortSignal,
): Promise<StepFinding> {
  const path = owner === undefined ? "/users?$select=id&$top=1" : `${owner.path}${profile}`;
  const request = { method: "GET", path, operation: "GET profile", mailbox: owner?.mailbox ?? "directory" } as const;
  try {
    const found = await calls.json(request, signal);
    steps.identity(identityOf(owner === undefined ? {} : found, claims));
    return { detail: "Microsoft Graph answered.", evidence: { address: calls.config.baseUrl } };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== "ACCESS_DENIED") throw error;
    steps.identity(identityOf({}, claims));
    return {
      detail: "Microsoft Graph answered; the token may not read user profiles, which only table Users needs.",
      evidence: { address: calls.config.baseUrl, code: error.remote?.code },
    };
  }
}

function identityOf(found: JsonObject, claims: TokenClaims | undefined) {
  const text = (name: string): string | undefined => {
    const value = member(found, name);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const mailbox = text("mail") ?? text("userPrincipalName");
  const displayName = text("displayName") ?? claims?.name;
  return {
    user:
      claims?.user ??
      (claims?.roles.length ? claims.application : undefined) ??
      text("userPrincipalName") ??
      claims?.application ??
      "unknown",
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(displayName === undefined ? {} : { displayName }),
  };
}

async function readInbox(calls: GraphCalls, owner: Owner, signal: AbortSignal): Promise<StepFinding> {
  const path = `${owner.path}/mailFolders/inbox?$select=id,displayName,totalItemCount`;
  const inbox = await calls.json({ method: "GET", path, operation: "GET inbox", mailbox: owner.mailbox }, signal);
  const count = member(inbox, "totalItemCount");
  return {
    detail: `The mailbox can be read; its inbox holds ${String(count)} items.`,
    evidence: { mailbox: owner.mailbox, inboxItems: count },
  };
}

function permissionFinding(claims: TokenClaims): StepFinding {
  const granted = [...claims.scopes, ...claims.roles];
  const missing = needed.filter(([, pattern]) => !granted.some((name) => pattern.test(name))).map(([name]) => name);
  if (missing.length === 0)
    return { detail: "The token has the permissions for mail, calendars and contacts.", evidence: { granted } };
  return {
    detail: `The token lacks ${missing.join(", ")}; what needs them will be refused.`,
    evidence: { granted, missing },
    warning: "GRAPH_PERMISSIONS_PARTIAL",
  };
}
