/** A literal in a filter. */
export type FilterLiteral =
  | { readonly kind: "literal"; readonly type: "string" | "enum"; readonly value: string }
  | { readonly kind: "literal"; readonly type: "number"; readonly value: number }
  | { readonly kind: "literal"; readonly type: "boolean"; readonly value: boolean }
  | { readonly kind: "literal"; readonly type: "dateTime" | "date" | "guid"; readonly value: string }
  | { readonly kind: "literal"; readonly type: "null"; readonly value: null };

/** Comparison operators. */
export type ComparisonOperator = "eq" | "ne" | "gt" | "ge" | "lt" | "le";

/** A filter as a tree. */
export type FilterNode =
  | FilterLiteral
  | { readonly kind: "path"; readonly segments: readonly string[] }
  | {
      readonly kind: "compare";
      readonly operator: ComparisonOperator;
      readonly left: FilterNode;
      readonly right: FilterNode;
    }
  | { readonly kind: "in"; readonly left: FilterNode; readonly values: readonly FilterLiteral[] }
  | { readonly kind: "and" | "or"; readonly left: FilterNode; readonly right: FilterNode }
  | { readonly kind: "not"; readonly operand: FilterNode }
  | { readonly kind: "call"; readonly name: string; readonly parameters: readonly FilterNode[] }
  | {
      readonly kind: "any" | "all";
      readonly path: readonly string[];
      readonly variable?: string;
      readonly condition?: FilterNode;
    };

/** Every path a filter mentions, in the order of mention; lambda bodies are left out, their collection is in. */
export function pathsOf(node: FilterNode): string[] {
  switch (node.kind) {
    case "path":
      return [node.segments.join("/")];
    case "compare":
    case "and":
    case "or":
      return [...pathsOf(node.left), ...pathsOf(node.right)];
    case "in":
      return pathsOf(node.left);
    case "not":
      return pathsOf(node.operand);
    case "call":
      return node.parameters.flatMap(pathsOf);
    case "any":
    case "all":
      return [node.path.join("/")];
    default:
      return [];
  }
}
