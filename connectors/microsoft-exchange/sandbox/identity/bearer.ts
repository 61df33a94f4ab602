import type { Authority } from "./authority.ts";
import { type DecodedJwt, decodeJwt } from "./jwt.ts";
import { type Resource, resourceOf } from "./resources.ts";

/** Who calls with an access token: an application by itself, or an application for a signed-in user. */
export type Principal =
  | { readonly kind: "app"; readonly tenantId: string; readonly appId: string; readonly roles: readonly string[] }
  | {
      readonly kind: "user";
      readonly tenantId: string;
      readonly appId: string;
      readonly userId: string;
      readonly userPrincipalName: string;
      readonly scopes: readonly string[];
    };

/** Why an access token is not accepted. */
export type BearerProblem = "empty" | "malformed" | "signature" | "issuer" | "expired" | "audience";

/** The outcome of looking at an access token. */
export type BearerVerdict =
  | { readonly ok: true; readonly principal: Principal }
  | { readonly ok: false; readonly problem: BearerProblem };

/** Checks an access token for one of the two services. */
export function verifyBearer(authority: Authority, token: string, resource: Resource): BearerVerdict {
  if (token === "") return refused("empty");
  const decoded = decodeJwt(token);
  if (decoded === undefined) return refused("malformed");
  const problem = problemOf(authority, decoded, resource);
  return problem === undefined ? { ok: true, principal: principalOf(decoded) } : refused(problem);
}

/** The `iss` of access tokens of a tenant. */
export function issuerOf(tenantId: string): string {
  return `https://sts.windows.net/${tenantId}/`;
}

function problemOf(authority: Authority, token: DecodedJwt, resource: Resource): BearerProblem | undefined {
  if (!authority.key.verifies(token)) return "signature";
  if (token.claims["iss"] !== issuerOf(authority.settings.tenantId)) return "issuer";
  if (Number(token.claims["exp"]) * 1000 <= authority.settings.now()) return "expired";
  return resourceOf(String(token.claims["aud"])) === resource ? undefined : "audience";
}

function principalOf(token: DecodedJwt): Principal {
  const { claims } = token;
  const shared = { tenantId: String(claims["tid"]), appId: String(claims["appid"]) };
  if (claims["idtyp"] === "app") return { ...shared, kind: "app", roles: names(claims["roles"]) };
  return {
    ...shared,
    kind: "user",
    userId: String(claims["oid"]),
    userPrincipalName: String(claims["upn"]),
    scopes: String(claims["scp"] ?? "").split(" "),
  };
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function refused(problem: BearerProblem): BearerVerdict {
  return { ok: false, problem };
}
