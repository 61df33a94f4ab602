import { invalidQuery, type Value } from "#spi";
import { type EwsConfig, type Impersonation, type ImpersonationType, impersonationTypes } from "./config.ts";
import type { CallIdentity } from "./envelope.ts";

const textOf = (value: Value | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

function impersonationType(value: string | undefined, fallback: ImpersonationType): ImpersonationType {
  if (value === undefined) return fallback;
  const known = impersonationTypes.find((type) => type.toLowerCase() === value.toLowerCase());
  if (known !== undefined) return known;
  throw invalidQuery(`ImpersonationType: "${value}" is none of ${impersonationTypes.join(", ")}.`, {
    target: "ImpersonationType",
  });
}

/** Who a statement acts as: its own ImpersonationUser, else the connection's. */
export function identityOf(config: EwsConfig, pseudo: Readonly<Record<string, Value>>): CallIdentity {
  const user = textOf(pseudo["ImpersonationUser"]);
  const type = textOf(pseudo["ImpersonationType"]);
  const impersonation: Impersonation | undefined =
    user !== undefined
      ? { user, type: impersonationType(type, config.impersonation?.type ?? "PrincipalName") }
      : config.impersonation && { ...config.impersonation, type: impersonationType(type, config.impersonation.type) };
  const mailbox = textOf(pseudo["SharedMailboxEmail"]);
  return {
    ...(impersonation === undefined ? {} : { impersonation }),
    ...(mailbox === undefined ? {} : { mailbox }),
  };
}
