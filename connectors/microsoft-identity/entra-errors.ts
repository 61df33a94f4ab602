import { type Code, ConnectorError } from "#spi";
import { oauthCauses } from "./causes.ts";

/** What the token endpoint said. */
export interface EntraRefusal {
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly codes: readonly number[];
  readonly suberror?: string;
  readonly traceId?: string;
  readonly waitMs?: number;
}

/** AADSTS numbers by cause (Microsoft Entra authentication and authorization error codes). */
const numbers: Readonly<Record<string, readonly number[]>> = {
  OAUTH_TENANT_NOT_FOUND: [90002, 900021, 900023, 50059, 90051, 900144059],
  OAUTH_CLIENT_UNKNOWN: [700016, 70001, 7000229, 700038, 50094, 90013],
  OAUTH_CLIENT_DISABLED: [7000112, 7000113, 7000114, 50105, 501051, 50177],
  OAUTH_SECRET_WRONG: [7000215, 70002, 50012001],
  OAUTH_SECRET_EXPIRED: [7000222],
  OAUTH_CLIENT_CREDENTIAL_MISSING: [7000218, 7000216, 700025, 90009],
  OAUTH_CERTIFICATE_NOT_REGISTERED: [700027, 700030, 50012, 700021, 7000214],
  OAUTH_CERTIFICATE_EXPIRED: [1000502, 7000270],
  OAUTH_CLOCK_SKEWED: [700024, 500133],
  OAUTH_CONSENT_MISSING: [65001, 90094, 90095, 650051, 650052, 650054, 650056, 90008],
  OAUTH_CONSENT_DECLINED: [65004],
  OAUTH_GRANT_EXPIRED: [70008, 700082, 70043, 700081, 50132, 70046, 50089],
  OAUTH_GRANT_REVOKED: [50173, 700084, 54005, 50133, 70019, 50085],
  OAUTH_GRANT_UNREADABLE: [70000, 9002313, 700003, 9002341, 501481, 501491, 50147, 900561, 700005, 700009],
  OAUTH_MFA_REQUIRED: [50076, 50079, 50074, 50072, 50078, 50097, 50158, 500121, 500014, 16000, 50058, 50129, 53011],
  OAUTH_CONDITIONAL_ACCESS: [53003, 53000, 53001, 53002, 53004, 50005, 530003, 530032, 53010, 530004, 50131, 700211],
  OAUTH_PASSWORD_WRONG: [50126, 50056, 50064, 81016],
  OAUTH_PASSWORD_EXPIRED: [50055, 50144],
  OAUTH_USER_UNKNOWN: [50034, 50020, 90072, 51004, 50128, 16003],
  OAUTH_ACCOUNT_LOCKED: [50053, 500532],
  OAUTH_ACCOUNT_DISABLED: [50057],
  OAUTH_REDIRECT_MISMATCH: [50011, 500112, 500113, 9002326, 900971],
  OAUTH_SCOPE_INVALID: [70011, 1002012, 28000, 28002, 28003, 650053, 650057, 900144],
  OAUTH_RESOURCE_UNKNOWN: [500011, 50001, 500013, 50000101, 50194, 901002],
  OAUTH_GRANT_NOT_ALLOWED: [7000012, 70003, 7000011, 90019, 90023, 50107, 9002327, 53009],
  OAUTH_BUSY: [90033, 90025, 90024, 50196, 90055, 90006, 90010, 50000, 51000, 70016],
};

const causeOfNumber: ReadonlyMap<number, string> = new Map(
  Object.entries(numbers).flatMap(([cause, list]) => list.map((number) => [number, cause] as const)),
);

/** What the OAuth error words mean where the number is unknown. */
const causeOfError: Readonly<Record<string, string>> = {
  invalid_grant: "OAUTH_GRANT_REVOKED",
  interaction_required: "OAUTH_MFA_REQUIRED",
  consent_required: "OAUTH_CONSENT_MISSING",
  login_required: "OAUTH_SIGN_IN_NEEDED",
  access_denied: "OAUTH_CONSENT_DECLINED",
  invalid_client: "OAUTH_CLIENT_REFUSED",
  unauthorized_client: "OAUTH_CLIENT_REFUSED",
  invalid_scope: "OAUTH_SCOPE_INVALID",
  invalid_resource: "OAUTH_RESOURCE_UNKNOWN",
  invalid_tenant: "OAUTH_TENANT_NOT_FOUND",
  unsupported_grant_type: "OAUTH_GRANT_NOT_ALLOWED",
  temporarily_unavailable: "OAUTH_BUSY",
  server_error: "OAUTH_BUSY",
};

const problems: ReadonlyMap<string, Code> = new Map(oauthCauses.map(({ code, problem }) => [code, problem]));

/** The cause of a refusal: its AADSTS number, else the OAuth error word, else its status. */
export function causeOf({ codes, error, status }: EntraRefusal): string {
  for (const number of codes) {
    const cause = causeOfNumber.get(number);
    if (cause !== undefined) return cause;
  }
  if (status === 429 || status >= 500) return "OAUTH_BUSY";
  return causeOfError[error] ?? "OAUTH_REFUSED";
}

/** A refusal of the identity provider as a ConnectorError; other providers use the same OAuth words without numbers. */
export function entraError(refusal: EntraRefusal, operation: string, provider = "Microsoft Entra"): ConnectorError {
  const causeCode = causeOf(refusal);
  const cause = oauthCauses.find(({ code }) => code === causeCode);
  const number = refusal.codes[0];
  const said = refusal.description === "" ? refusal.error : firstSentence(refusal.description);
  return new ConnectorError(problems.get(causeCode) ?? "AUTHENTICATION_FAILED", `${provider} refused: ${said}`, {
    causeCode,
    ...(cause?.property === undefined ? {} : { target: cause.property }),
    ...(refusal.waitMs === undefined ? {} : { waitMs: refusal.waitMs }),
    remote: {
      service: "OAuth",
      operation,
      status: refusal.status,
      code: number === undefined ? refusal.error : `AADSTS${number}`,
      ...(refusal.traceId === undefined ? {} : { requestId: refusal.traceId }),
    },
  });
}

/** Entra appends trace id, correlation id and time stamp to what it says. */
function firstSentence(description: string): string {
  const plain = description.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  return (plain.split(/ ?Trace ID:/)[0] ?? plain).trim().slice(0, 500);
}
