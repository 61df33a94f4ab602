import type { Account, Organisation } from "../mailboxes/index.ts";
import { EwsError } from "./ews-error.ts";
import type { SoapRequest } from "./soap.ts";

/** What a bearer token says about its bearer. */
export type BearerPrincipal =
  | {
      readonly kind: "app";
      readonly roles: readonly string[];
      /** Only these mailboxes, by an application access policy; absent: all. */
      readonly mailboxes?: readonly string[];
    }
  | { readonly kind: "user"; readonly userPrincipalName: string; readonly scopes: readonly string[] };

/** Who sent a request: a person by password or token, or an application by itself. */
export type Caller =
  | { kind: "person"; account: Account | undefined }
  | { kind: "app"; roles: readonly string[]; mailboxes?: readonly string[] };

/** Why nobody is let in: no or wrong credentials (401), or a token without the permission (403); what Exchange says of it. */
export interface Refusal {
  readonly kind: "refused";
  readonly status: 401 | 403;
  readonly diagnostics?: string;
}

/** Checks a bearer token meant for Exchange; undefined, or a refusal with its reason, for one that is not accepted. */
export type VerifyBearer = (token: string) => BearerPrincipal | Refusal | undefined;

export interface AuthenticateOptions {
  readonly verifyBearer?: VerifyBearer;
  /** Passwords are refused, as Exchange Online does since 2022. */
  readonly refuseBasic?: boolean;
}

/** The permission names Exchange Online wants of tokens for EWS. */
const delegatedScope = "EWS.AccessAsUser.All";
const applicationRole = "full_access_as_app";

const nobody: Refusal = { kind: "refused", status: 401 };
const tokenRefused: Refusal = {
  kind: "refused",
  status: 401,
  diagnostics: '2000001;reason="The token is not accepted.";error_category="invalid_token"',
};
const scopeMissing: Refusal = {
  kind: "refused",
  status: 403,
  diagnostics: '2000008;reason="The token contains not enough scope to make this call.";error_category="invalid_grant"',
};

/** Who a request comes from, by its Authorization header. */
export function authenticate(
  organisation: Organisation,
  header: string | undefined,
  { verifyBearer, refuseBasic = false }: AuthenticateOptions,
): Caller | Refusal {
  const [scheme, credentials] = splitOnce(header ?? "", " ");
  if (scheme.toLowerCase() === "basic") return refuseBasic ? nobody : basicCaller(organisation, credentials);
  if (scheme.toLowerCase() !== "bearer") return nobody;
  const principal = verifyBearer?.(credentials.trim()) ?? tokenRefused;
  if (principal.kind === "refused") return principal;
  if (principal.kind === "app") return principal.roles.includes(applicationRole) ? principal : scopeMissing;
  if (!principal.scopes.includes(delegatedScope)) return scopeMissing;
  return { kind: "person", account: organisation.account(principal.userPrincipalName) };
}

/** Whose rights the request has: its sender's, or those of the one it impersonates. */
export function actingAccount(organisation: Organisation, caller: Caller, request: SoapRequest): Account {
  const { impersonates } = request;
  if (!impersonates) {
    if (caller.kind === "person") return caller.account ?? noMailbox();
    throw fault(
      "ErrorInvalidExchangeImpersonationHeaderData",
      "ExchangeImpersonation SOAP header must be present for this type of OAuth token.",
    );
  }
  const target = impersonated(organisation, impersonates);
  const mayImpersonate =
    caller.kind === "app" ? isInScope(caller.mailboxes, target) : caller.account?.mayImpersonate === true;
  const isSelf = caller.kind === "person" && caller.account === target;
  if (!mayImpersonate && !isSelf) {
    throw fault(
      "ErrorImpersonateUserDenied",
      "The account does not have permission to impersonate the requested user.",
    );
  }
  return target;
}

const isInScope = (mailboxes: readonly string[] | undefined, { address }: Account): boolean =>
  mailboxes === undefined || mailboxes.includes(address);

function impersonated(organisation: Organisation, { kind, value }: { kind: string; value: string }): Account {
  const bySid = kind === "SID" ? organisation.accounts.find((account) => sidOf(account) === value) : undefined;
  if (kind === "SID" && !bySid) throw fault("ErrorInvalidSid", "The specified security identifier is invalid.");
  const account = bySid ?? organisation.account(value);
  if (account) return account;
  if (kind === "PrincipalName") throw fault("ErrorInvalidUserPrincipalName", "The user principal name is invalid.");
  return noMailbox();
}

function noMailbox(): never {
  throw fault("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.");
}

/** A security identifier made of the object id, so that clients have one to name. */
export function sidOf(account: Account): string {
  const parts = account.objectId.replaceAll("-", "").match(/.{8}/g) ?? [];
  return `S-1-5-21-${parts.map((part) => Number.parseInt(part, 16)).join("-")}`;
}

function basicCaller(organisation: Organisation, credentials: string): Caller | Refusal {
  const [user, password] = splitOnce(Buffer.from(credentials, "base64").toString("utf8"), ":");
  const account = organisation.authenticate(user, password);
  return account === undefined ? nobody : { kind: "person", account };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

function fault(code: string, message: string): EwsError {
  return new EwsError(code, message, { isFault: true });
}
