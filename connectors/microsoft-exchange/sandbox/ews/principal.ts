import type { Account, Organisation } from "../mailboxes/index.ts";
import { EwsError } from "./ews-error.ts";
import type { SoapRequest } from "./soap.ts";

/** What a bearer token says about its bearer. */
export type BearerPrincipal =
  | { readonly kind: "app"; readonly roles: readonly string[] }
  | { readonly kind: "user"; readonly userPrincipalName: string; readonly scopes: readonly string[] };

/** Who sent a request: a person by password or token, or an application by itself. */
export type Caller = { kind: "person"; account: Account } | { kind: "app"; roles: readonly string[] };

/** Checks a bearer token meant for Exchange; undefined for one that is not accepted. */
export type VerifyBearer = (token: string) => BearerPrincipal | undefined;

/** The permission names Exchange Online wants of tokens for EWS. */
const delegatedScope = "EWS.AccessAsUser.All";
const applicationRole = "full_access_as_app";

/** Who a request comes from, by its Authorization header; undefined is answered 401. */
export function authenticate(
  organisation: Organisation,
  header: string | undefined,
  verifyBearer?: VerifyBearer,
): Caller | undefined {
  const [scheme, credentials] = splitOnce(header ?? "", " ");
  if (scheme.toLowerCase() === "basic") return basicCaller(organisation, credentials);
  if (scheme.toLowerCase() !== "bearer" || !verifyBearer) return undefined;
  const principal = verifyBearer(credentials.trim());
  if (principal?.kind === "app") return { kind: "app", roles: principal.roles };
  if (!principal?.scopes.includes(delegatedScope)) return undefined;
  const account = organisation.account(principal.userPrincipalName);
  return account && { kind: "person", account };
}

/** Whose rights the request has: its sender's, or those of the one it impersonates. */
export function actingAccount(organisation: Organisation, caller: Caller, request: SoapRequest): Account {
  const { impersonates } = request;
  if (!impersonates) {
    if (caller.kind === "person") return caller.account;
    throw fault(
      "ErrorInvalidExchangeImpersonationHeaderData",
      "ExchangeImpersonation SOAP header must be present for this type of OAuth token.",
    );
  }
  const mayImpersonate = caller.kind === "app" ? caller.roles.includes(applicationRole) : caller.account.mayImpersonate;
  const target = impersonated(organisation, impersonates);
  const isSelf = caller.kind === "person" && caller.account === target;
  if (!mayImpersonate && !isSelf) {
    throw fault(
      "ErrorImpersonateUserDenied",
      "The account does not have permission to impersonate the requested user.",
    );
  }
  return target;
}

function impersonated(organisation: Organisation, { kind, value }: { kind: string; value: string }): Account {
  const bySid = kind === "SID" ? organisation.accounts.find((account) => sidOf(account) === value) : undefined;
  if (kind === "SID" && !bySid) throw fault("ErrorInvalidSid", "The specified security identifier is invalid.");
  const account = bySid ?? organisation.account(value);
  if (account) return account;
  if (kind === "PrincipalName") throw fault("ErrorInvalidUserPrincipalName", "The user principal name is invalid.");
  throw fault("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.");
}

/** A security identifier made of the object id, so that clients have one to name. */
export function sidOf(account: Account): string {
  const parts = account.objectId.replaceAll("-", "").match(/.{8}/g) ?? [];
  return `S-1-5-21-${parts.map((part) => Number.parseInt(part, 16)).join("-")}`;
}

function basicCaller(organisation: Organisation, credentials: string): Caller | undefined {
  const [user, password] = splitOnce(Buffer.from(credentials, "base64").toString("utf8"), ":");
  const account = organisation.authenticate(user, password);
  return account && { kind: "person", account };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

function fault(code: string, message: string): EwsError {
  return new EwsError(code, message, { isFault: true });
}
