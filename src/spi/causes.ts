import type { Code } from "./codes.ts";

/** The steps of a connection test, in their order. */
export const stepIds = [
  "configuration",
  "variables",
  "proxy",
  "dns",
  "egress",
  "tcp",
  "tls",
  "challenge",
  "authentication",
  "protocol",
  "mailbox",
  "permission",
] as const;
export type StepId = (typeof stepIds)[number];

export const owners = [
  "designer",
  "mailbox-owner",
  "server-admin",
  "tenant-admin",
  "network",
  "microsoft",
  "service-operator",
] as const;
/** Who must act. */
export type Owner = (typeof owners)[number];

/** One way a connection can fail or a call can be refused: told apart, owned and explained. */
export interface Cause {
  /** UPPER_SNAKE, unique over all cause tables. */
  readonly code: string;
  readonly problem: Code;
  readonly step: StepId;
  readonly owner: Owner;
  /** What was seen, as the generated page tells it. */
  readonly seen: string;
  readonly fix: string;
  /** The connection property to blame, if one is. */
  readonly property?: string;
}
