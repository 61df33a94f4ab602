import { createExecutions, type ExecutionParts } from "./executions.ts";
import { createQueries, type QueryParts } from "./queries.ts";
import type { ActivityCases } from "./use-cases.ts";
import { createWrites, type WriteParts } from "./writes.ts";

export type ActivityParts = QueryParts & WriteParts & ExecutionParts;

/** Query, Create, Update, Delete and Execute, and explain. */
export const createActivities = (parts: ActivityParts): ActivityCases => ({
  ...createQueries(parts),
  ...createWrites(parts),
  ...createExecutions(parts),
});
