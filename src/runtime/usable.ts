import { ConnectorError } from "#spi";
import type { LocatedConnection } from "./connection-access.ts";

/** Is its credential in order? Of a connection that is tested, too. Errors: CONFLICT, INVALID_PROPERTY. */
export function requireCredential({ name, credentialActive, missingSecrets }: LocatedConnection): void {
  if (!credentialActive)
    throw new ConnectorError("CONFLICT", `The credential of ${name} is not active. Set credentialActive to true.`, {
      causeCode: "CREDENTIAL_INACTIVE",
      target: name,
    });
  if (missingSecrets.length > 0)
    throw new ConnectorError(
      "INVALID_PROPERTY",
      `${name} was imported without its secrets; still missing: ${missingSecrets.join(", ")}. Send them with PATCH, or null for those it shall not have.`,
      {
        causeCode: "CONNECTION_UNCONFIGURED",
        ...(missingSecrets[0] === undefined ? {} : { target: missingSecrets[0] }),
      },
    );
}

/** May activities use it? Errors: also CONFLICT while it is not active. */
export function requireUsable(located: LocatedConnection): void {
  if (!located.active)
    throw new ConnectorError(
      "CONFLICT",
      `The connection ${located.name} is not active. Set active to true to use it.`,
      {
        causeCode: "CONNECTION_INACTIVE",
        target: located.name,
      },
    );
  requireCredential(located);
}
