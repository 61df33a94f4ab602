import { badRequest } from "../errors.ts";
import type { FilterNode } from "./filter-tree.ts";
import { parseFilter } from "./parse-filter.ts";

/** One key of `$orderby`. */
export type OrderKey = { readonly path: string; readonly descending: boolean };

/** One item of `$expand` with its nested options. */
export type Expansion = {
  readonly name: string;
  readonly select?: readonly string[];
  readonly filter?: FilterNode;
  readonly top?: number;
  readonly expand?: readonly Expansion[];
};

/** The system query options of a request, read but not yet checked against a type. */
export type QueryOptions = {
  readonly select?: readonly string[];
  readonly filter?: FilterNode;
  readonly orderBy: readonly OrderKey[];
  readonly top?: number;
  readonly skip?: number;
  readonly count: boolean;
  readonly search?: string;
  readonly expand: readonly Expansion[];
  readonly skipToken?: string;
  readonly deltaToken?: string;
  /** What is not a system option, under the name as given. */
  readonly custom: ReadonlyMap<string, string>;
};

/** Options without the dollar sign that the service also takes. */
const systemOptions: readonly string[] = [
  "$select",
  "$filter",
  "$orderby",
  "$top",
  "$skip",
  "$count",
  "$search",
  "$expand",
  "$skiptoken",
  "$deltatoken",
  "$format",
];

/** Reads the query string. */
export function readQueryOptions(parameters: URLSearchParams): QueryOptions {
  const given = new Map<string, string>();
  const custom = new Map<string, string>();
  for (const [name, value] of parameters) {
    const known = systemOptions.includes(name.toLowerCase());
    if (!known && name.startsWith("$")) {
      throw badRequest(
        `The query parameter '${name}' is not supported. Query parameters that begin with '$' are reserved for OData.`,
      );
    }
    if (known && given.has(name.toLowerCase())) {
      throw badRequest(`Query option '${name}' was specified more than once, but it must be specified at most once.`);
    }
    if (known) given.set(name.toLowerCase(), value);
    else custom.set(name, value);
  }
  return { ...readListOptions(given), ...readPagingOptions(given), custom };
}

function readListOptions(
  given: ReadonlyMap<string, string>,
): Pick<QueryOptions, "select" | "filter" | "orderBy" | "expand"> {
  const select = given.get("$select");
  const filter = given.get("$filter");
  return {
    ...(select === undefined ? {} : { select: names(select) }),
    ...(filter === undefined ? {} : { filter: parseFilter(filter) }),
    orderBy: readOrderBy(given.get("$orderby")),
    expand: readExpand(given.get("$expand") ?? ""),
  };
}

function readPagingOptions(given: ReadonlyMap<string, string>) {
  const top = readCount(given, "$top");
  const skip = readCount(given, "$skip");
  const search = given.get("$search");
  const skipToken = given.get("$skiptoken");
  const deltaToken = given.get("$deltatoken");
  return {
    count: readBoolean(given.get("$count")),
    ...(top === undefined ? {} : { top }),
    ...(skip === undefined ? {} : { skip }),
    ...(search === undefined ? {} : { search }),
    ...(skipToken === undefined ? {} : { skipToken }),
    ...(deltaToken === undefined ? {} : { deltaToken }),
  };
}

function names(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function readOrderBy(text: string | undefined): OrderKey[] {
  return names(text ?? "").map((key) => {
    const match = /^([\w/.]+)(?:\s+(asc|desc))?$/.exec(key);
    if (!match?.[1]) throw badRequest(`Syntax error at position ${key.length} in '${key}'.`);
    return { path: match[1], descending: match[2] === "desc" };
  });
}

function readCount(given: ReadonlyMap<string, string>, name: string): number | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw badRequest(
    `Invalid value '${text}' for ${name} query option found. The ${name} query option requires a non-negative integer value.`,
  );
}

function readBoolean(text: string | undefined): boolean {
  if (text === undefined || text === "false") return false;
  if (text === "true") return true;
  throw badRequest(`Invalid value '${text}' for $count query option found. Valid values are 'true, false'.`);
}

/** Reads `a,b($select=x;$filter=y)`; brackets and quoted text nest. */
export function readExpand(text: string): Expansion[] {
  return splitTopLevel(text, ",").map((item) => {
    const open = item.indexOf("(");
    if (open < 0) return { name: item };
    if (!item.endsWith(")")) throw badRequest(`Parsing OData Select and Expand failed: Syntax error in '${item}'.`);
    return { name: item.slice(0, open), ...nestedOptions(item.slice(open + 1, -1)) };
  });
}

function nestedOptions(text: string): Omit<Expansion, "name"> {
  const options = new Map(
    splitTopLevel(text, ";").map((option): [string, string] => {
      const equals = option.indexOf("=");
      return [option.slice(0, equals).toLowerCase(), option.slice(equals + 1)];
    }),
  );
  for (const name of options.keys()) {
    if (["$select", "$filter", "$top", "$expand"].includes(name)) continue;
    throw badRequest(`Parsing OData Select and Expand failed: '${name}' is not supported inside $expand.`);
  }
  const select = options.get("$select");
  const filter = options.get("$filter");
  const top = readCount(options, "$top");
  const expand = options.get("$expand");
  return {
    ...(select === undefined ? {} : { select: names(select) }),
    ...(filter === undefined ? {} : { filter: parseFilter(filter) }),
    ...(top === undefined ? {} : { top }),
    ...(expand === undefined ? {} : { expand: readExpand(expand) }),
  };
}

function splitTopLevel(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let isQuoted = false;
  let current = "";
  for (const character of text) {
    if (character === "'") isQuoted = !isQuoted;
    if (!isQuoted && character === "(") depth += 1;
    if (!isQuoted && character === ")") depth -= 1;
    if (!isQuoted && depth === 0 && character === separator) {
      parts.push(current.trim());
      current = "";
    } else current += character;
  }
  return [...parts, current.trim()].filter((part) => part !== "");
}
