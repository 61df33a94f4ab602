import { type HttpAnswer, type HttpRequest, jsonAnswer } from "../http.ts";
import type { Authority, ManagedIdentity } from "./authority.ts";
import { grantedRoles, issueAppToken } from "./issue-tokens.ts";
import { resourceOf } from "./resources.ts";

/** Addresses of the three managed-identity sources. */
export const MANAGED_IDENTITY_PATHS = {
  imds: "/metadata/identity/oauth2/token",
  appService: "/msi/token",
  arc: "/arc/metadata/identity/oauth2/token",
} as const;

/** Answers a managed-identity source, or leaves a request that is for none of them. */
export function answerManagedIdentity(authority: Authority, request: HttpRequest): HttpAnswer | undefined {
  const path = request.url.pathname.replace(/\/$/, "");
  const { imds, appService, arc } = MANAGED_IDENTITY_PATHS;
  if (path !== imds && path !== appService && path !== arc) return undefined;
  authority.stats.managedIdentityCalls += 1;
  if (request.method !== "GET") return refusal(405, "method_not_allowed", "Only GET is supported");
  if (path === appService) return fromAppService(authority, request);
  return path === arc ? fromArc(authority, request) : fromImds(authority, request);
}

/** The identities of the machine: one system-assigned, one user-assigned, both with every role given. */
export function defaultManagedIdentities(roles: ManagedIdentity["roles"]): ManagedIdentity[] {
  return [
    { clientId: "5a4d1c00-0000-4000-8000-0000000000a1", objectId: "5a4d1c00-0000-4000-b000-0000000000a1", roles },
    {
      clientId: "5a4d1c00-0000-4000-8000-0000000000a2",
      objectId: "5a4d1c00-0000-4000-b000-0000000000a2",
      resourceId:
        "/subscriptions/5a4d1c00-0000-4000-8000-0000000000ff/resourcegroups/sandbox/providers/Microsoft.ManagedIdentity/userAssignedIdentities/connector",
      roles,
    },
  ];
}

function fromImds(authority: Authority, request: HttpRequest): HttpAnswer {
  if (request.headers["metadata"]?.toLowerCase() !== "true") {
    return refusal(400, "invalid_request", "Required metadata header not specified");
  }
  if (request.url.searchParams.get("api-version") === null) {
    return refusal(400, "invalid_request", "Required query variable 'api-version' is missing");
  }
  return tokenAnswer(authority, request, "msi_res_id");
}

function fromAppService(authority: Authority, request: HttpRequest): HttpAnswer {
  if (request.headers["x-identity-header"] !== authority.settings.identityHeader) {
    return jsonAnswer(401, { statusCode: 401, message: "Unauthorized" });
  }
  return tokenAnswer(authority, request, "mi_res_id");
}

/** Azure Arc first names a key file only administrators can read, and takes its content in the second request. */
function fromArc(authority: Authority, request: HttpRequest): HttpAnswer {
  const { arcKey } = authority.settings;
  if (arcKey === undefined) return refusal(404, "not_found", "This machine is not connected to Azure Arc");
  if (request.headers["metadata"]?.toLowerCase() !== "true") {
    return refusal(400, "invalid_request", "Required metadata header not specified");
  }
  if (request.headers["authorization"] === `Basic ${arcKey.secret}`)
    return tokenAnswer(authority, request, "msi_res_id");
  const challenge = { "www-authenticate": `Basic realm=${arcKey.path}` };
  return jsonAnswer(
    401,
    { error: "unauthorized_client", error_description: "Missing Basic Authorization header" },
    challenge,
  );
}

function tokenAnswer(authority: Authority, request: HttpRequest, resourceIdName: string): HttpAnswer {
  const query = request.url.searchParams;
  const audience = query.get("resource");
  if (audience === null) return refusal(400, "invalid_request", "Required audience parameter not specified");
  const resource = resourceOf(audience);
  if (resource === undefined) {
    const text = `AADSTS500011: The resource principal named ${audience} was not found in the tenant named ${authority.settings.tenantDomain}.`;
    return refusal(400, "invalid_resource", text);
  }
  const identity = findIdentity(authority, query, resourceIdName);
  if (identity === undefined) return refusal(400, "invalid_request", "Identity not found");
  const roles = grantedRoles(identity, resource);
  const accessToken = issueAppToken(authority, { ...identity, roles }, audience);
  const seconds = authority.settings.accessTokenSeconds;
  return jsonAnswer(200, {
    access_token: accessToken,
    client_id: identity.clientId,
    expires_in: String(seconds),
    expires_on: String(Math.floor(authority.settings.now() / 1000) + seconds),
    not_before: String(Math.floor(authority.settings.now() / 1000)),
    resource: audience,
    token_type: "Bearer",
  });
}

function findIdentity(
  authority: Authority,
  query: URLSearchParams,
  resourceIdName: string,
): ManagedIdentity | undefined {
  const clientId = query.get("client_id");
  const objectId = query.get("object_id") ?? query.get("principal_id");
  const resourceId = query.get(resourceIdName) ?? query.get("mi_res_id") ?? query.get("msi_res_id");
  return authority.settings.managedIdentities.find((identity) => {
    if (clientId !== null) return identity.clientId === clientId;
    if (objectId !== null) return identity.objectId === objectId;
    if (resourceId !== null) return identity.resourceId?.toLowerCase() === resourceId.toLowerCase();
    return identity.resourceId === undefined;
  });
}

function refusal(status: number, error: string, description: string): HttpAnswer {
  return jsonAnswer(status, { error, error_description: description });
}
