import { GraphError } from "../errors.ts";
import { type FilterNode, pathsOf } from "./filter-tree.ts";
import type { OrderKey } from "./query-options.ts";

/** What a collection lets its filters do beyond comparing plain properties. */
export type FilterRules = {
  /** Functions that may stand in a filter. */
  readonly functions: readonly string[];
  readonly hasIn: boolean;
  /** Paths (and everything below them) the store cannot search. */
  readonly unsearchable: readonly string[];
  /** Paths that take functions but no comparison. */
  readonly functionsOnly?: readonly string[];
  /** Messages only: keys of `$orderby` must lead the filter, in their order. */
  readonly sortLeadsFilter?: boolean;
};

/** Exchange's items: what the store's restrictions can express. */
export const MESSAGE_RULES: FilterRules = {
  functions: ["startswith", "contains", "cast"],
  hasIn: false,
  unsearchable: [
    "id",
    "toRecipients",
    "ccRecipients",
    "bccRecipients",
    "replyTo",
    "uniqueBody",
    "internetMessageHeaders",
    "webLink",
    "changeKey",
    "conversationIndex",
    "attachments",
  ],
  functionsOnly: ["body/content"],
  sortLeadsFilter: true,
};

/** Events. */
export const EVENT_RULES: FilterRules = {
  functions: ["startswith", "contains", "cast"],
  hasIn: false,
  unsearchable: ["id", "attendees", "webLink", "changeKey", "uniqueBody", "recurrence", "onlineMeeting", "attachments"],
  functionsOnly: ["body/content"],
};

/** Contacts; addresses can only be compared for equality. */
export const CONTACT_RULES: FilterRules = {
  functions: ["startswith", "contains", "cast"],
  hasIn: false,
  unsearchable: ["id", "changeKey", "photo"],
};

/** Folders, calendars, categories, tasks. */
export const SMALL_RULES: FilterRules = {
  functions: ["startswith", "contains", "cast"],
  hasIn: false,
  unsearchable: ["id"],
};

/** Directory objects. */
export const DIRECTORY_RULES: FilterRules = { functions: ["startswith", "endswith"], hasIn: true, unsearchable: [] };

/** Refuses what the store cannot search for, with the store's code. */
export function checkFilterRules(node: FilterNode, rules: FilterRules): void {
  switch (node.kind) {
    case "and":
    case "or":
      checkFilterRules(node.left, rules);
      checkFilterRules(node.right, rules);
      return;
    case "not":
      checkFilterRules(node.operand, rules);
      return;
    case "compare":
      checkComparison(node, rules);
      return;
    case "in":
      if (!rules.hasIn) throw invalidNodes();
      checkPath(node.left, rules);
      return;
    case "call":
      checkCall(node, rules);
      return;
    case "any":
    case "all":
      if (node.kind === "all" || isUnsearchable(node.path.join("/"), rules)) throw invalidNodes();
      return;
    case "path":
      checkPath(node, rules);
      return;
    default:
      return;
  }
}

/** Refuses a sort that the filter does not lead with (messages). */
export function checkSortAgainstFilter(
  node: FilterNode | undefined,
  orderBy: readonly OrderKey[],
  rules: FilterRules,
): void {
  if (node === undefined || orderBy.length === 0 || rules.sortLeadsFilter !== true) return;
  const mentioned = [...new Set(pathsOf(node))];
  const leads = orderBy.every((key, index) => mentioned[index] === key.path);
  if (!leads) {
    throw new GraphError(400, "InefficientFilter", "The restriction or sort order is too complex for this operation.");
  }
}

function checkComparison(node: FilterNode & { kind: "compare" }, rules: FilterRules): void {
  for (const side of [node.left, node.right]) {
    if (side.kind === "call") checkCall(side, rules);
    else checkPath(side, rules);
    if (side.kind === "path" && rules.functionsOnly?.includes(side.segments.join("/"))) throw invalidNodes();
  }
}

function checkCall(node: FilterNode & { kind: "call" }, rules: FilterRules): void {
  if (!rules.functions.includes(node.name.toLowerCase())) throw invalidNodes();
  for (const parameter of node.parameters) checkPath(parameter, rules);
}

function checkPath(node: FilterNode, rules: FilterRules): void {
  if (node.kind === "path" && isUnsearchable(node.segments.join("/"), rules)) throw invalidNodes();
}

function isUnsearchable(path: string, rules: FilterRules): boolean {
  return rules.unsearchable.some((one) => path === one || path.startsWith(`${one}/`));
}

function invalidNodes(): GraphError {
  return new GraphError(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.");
}
