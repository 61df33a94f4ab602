export { ewsProcedures } from "../procedures/ews/index.ts";
export { ewsTables } from "../tables/ews/index.ts";
export type { EwsBinding } from "./binding.ts";
export { ewsCauses } from "./causes.ts";
export { type EwsConfig, type Impersonation, impersonationTypes, type Platform, platforms } from "./config.ts";
export { ewsCalls } from "./planned-calls.ts";
export { openEwsSession } from "./session.ts";
