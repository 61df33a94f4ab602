export { graphProcedures } from "../procedures/graph/index.ts";
export { graphTables } from "../tables/graph/index.ts";
export type { GraphBinding } from "./binding.ts";
export { graphCauses } from "./causes.ts";
export { graphNotices } from "./changes/notices.ts";
export type { GraphConfig } from "./config.ts";
export { graphCalls } from "./plan.ts";
export { openGraphSession } from "./session.ts";
