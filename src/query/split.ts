import {
  type ActivityLimits,
  type BoundQuery,
  type Column,
  type Comparison,
  type Condition,
  isComparison,
  type Operator,
  type Pushdown,
  type SortKey,
  unsupported,
  type Value,
  type Warning,
} from "#spi";
import { columnsOfCondition } from "./describe.ts";
import { allOf, conjuncts, withoutNot } from "./normal-form.ts";

/** What is left to do here with the rows the server answers. */
export interface Residual {
  readonly where?: Condition;
  /** Empty when the server sorts, or nobody asked. */
  readonly orderBy: readonly SortKey[];
  readonly limit?: number;
  readonly offset?: number;
  /** Columns of the answer; absent when the rows hold exactly them already. */
  readonly columns?: readonly Column[];
}

/** A query cut in two: what goes to the session, and what is done with its rows. */
export interface Plan {
  readonly pushed: BoundQuery;
  readonly residual: Residual;
  readonly columns: readonly Column[];
  /** Rows of the whole answer at most. */
  readonly limit?: number;
  /** The limit is the connection's row cap, not the caller's wish. */
  readonly cappedByConnection: boolean;
  readonly warnings: readonly Warning[];
}

/** What the server can do of one condition; `exact` when it selects the same rows. */
interface Pushed {
  readonly condition: Condition;
  readonly exact: boolean;
  /** Nothing of the condition was left out, so the rows answered are hardly more than those asked for. */
  readonly whole: boolean;
}

/**
 * Cuts a bound query in what the server does and what is left, so that both together always answer the same rows.
 * Throws UNSUPPORTED when something is left but the connection refuses local work.
 */
export function split(query: BoundQuery, limits: ActivityLimits): Plan {
  const limit = Math.min(query.limit ?? Number.POSITIVE_INFINITY, limits.maxRows ?? Number.POSITIVE_INFINITY);
  const parts = query.where === undefined ? [] : conjuncts(withoutNot(query.where));
  const proposals = parts.map((part) => (mayPush(part, query, limits) ? push(part) : undefined));
  const proposed = propose(query, limits, parts.length, proposals);
  const accepted = query.table.accepts?.(query, proposed) ?? proposed;
  const where = leftOver(parts, proposals, proposed, accepted);
  const unsent = unsentParts(parts, proposals, accepted);
  const orderBy = accepted.orderBy.length === query.orderBy.length ? [] : query.orderBy;
  const pushesLimit = accepted.limit && where === undefined && orderBy.length === 0;
  const isLimited = Number.isFinite(limit);
  if (!limits.localWork) refuseLocalWork(where, orderBy);
  const asked = { ...(isLimited ? { limit } : {}), ...(query.offset === undefined ? {} : { offset: query.offset }) };
  const needed = neededColumns(query, where, orderBy);
  const { limit: _limit, offset: _offset, where: _where, ...rest } = query;
  return {
    pushed: {
      ...rest,
      columns: needed.columns,
      columnsNamed: query.columnsNamed || needed.readsItems,
      ...(accepted.where === undefined ? {} : { where: accepted.where }),
      orderBy: orderBy.length > 0 ? [] : accepted.orderBy,
      ...(pushesLimit ? asked : {}),
    },
    residual: {
      ...(where === undefined ? {} : { where }),
      orderBy,
      ...(pushesLimit ? {} : asked),
      ...(needed.columns.length > query.columns.length ? { columns: query.columns } : {}),
    },
    columns: query.columns,
    ...(isLimited ? { limit } : {}),
    cappedByConnection: isLimited && limit !== query.limit,
    warnings: [...accepted.warnings, ...localWarnings(unsent, orderBy, needed.added)],
  };
}

/** Under local filtering only the conditions a table cannot answer without still go to the server. */
function mayPush(part: Condition, query: BoundQuery, limits: ActivityLimits): boolean {
  if (!limits.localFiltering) return true;
  const isPinned = isComparison(part) && (part.operator === "=" || part.operator === "IN");
  return isPinned && (query.table.requiredInWhere ?? []).includes(part.column.name);
}

function push(condition: Condition): Pushed | undefined {
  if (isComparison(condition)) return pushComparison(condition);
  if ("and" in condition) {
    const pushed = condition.and.map(push);
    const some = pushed.filter((part) => part !== undefined);
    const where = allOf(some.map((part) => part.condition));
    const isAll = some.length === pushed.length;
    return (
      where && {
        condition: where,
        exact: isAll && some.every(({ exact }) => exact),
        whole: isAll && some.every(({ whole }) => whole),
      }
    );
  }
  if ("or" in condition) {
    const pushed = condition.or.map(push);
    const all = pushed.filter((part) => part !== undefined);
    if (all.length < pushed.length) return undefined;
    return {
      condition: { or: all.map((part) => part.condition) },
      exact: all.every(({ exact }) => exact),
      whole: all.every(({ whole }) => whole),
    };
  }
  return undefined;
}

const positive: Partial<Readonly<Record<Operator, Operator>>> = { "<>": "=", "NOT LIKE": "LIKE", "NOT IN": "IN" };

/** Longer lists are not written out as comparisons: servers limit the nodes of a filter. */
const longestWrittenList = 20;

/**
 * An operator the server lacks is pushed in other words where they mean the same: a range as two bounds, a list as
 * equalities, a negative as NOT over the positive one, whose NULL rows may then come along.
 */
function pushComparison(comparison: Comparison): Pushed | undefined {
  const { column, operator } = comparison;
  const ability = column.operators[operator];
  if (ability !== undefined) return { condition: comparison, exact: ability === "exact", whole: true };
  const written = writtenOut(comparison);
  if (written !== undefined) return push(written);
  const opposite = positive[operator];
  if (opposite === undefined || column.operators[opposite] !== "exact") return undefined;
  return { condition: { not: { ...comparison, operator: opposite } }, exact: !column.nullable, whole: true };
}

function writtenOut({ column, operator, value }: Comparison): Condition | undefined {
  const values = Array.isArray(value) ? (value as readonly Value[]) : [];
  const each = (name: Operator, one: Value): Comparison => ({ column, operator: name, value: one });
  if (operator === "BETWEEN") {
    const [low, high] = values;
    const isKnown = column.operators[">="] !== undefined && column.operators["<="] !== undefined;
    return isKnown && low !== undefined && high !== undefined
      ? { and: [each(">=", low), each("<=", high)] }
      : undefined;
  }
  const isShort = values.length > 0 && values.length <= longestWrittenList && !values.includes(null);
  if (operator !== "IN" || !isShort || column.operators["="] === undefined) return undefined;
  return values.length === 1 ? each("=", values[0]!) : { or: values.map((one) => each("=", one)) };
}

function propose(
  query: BoundQuery,
  limits: ActivityLimits,
  count: number,
  proposals: readonly (Pushed | undefined)[],
): Pushdown {
  const pushed = proposals.filter((part) => part !== undefined);
  const where = allOf(pushed.map((part) => part.condition));
  const exact = pushed.length === count && pushed.every((part) => part.exact);
  const sorts = !limits.localFiltering && query.orderBy.every(({ column }) => column.sortsExactly);
  return {
    ...(where === undefined ? {} : { where }),
    exact,
    orderBy: sorts ? query.orderBy : [],
    limit: exact && (sorts || query.orderBy.length === 0),
    warnings: [],
  };
}

/**
 * The conjuncts to check again here: all but those whose exact form, the very object proposed, stands in what the table
 * accepted. A part the table hands back as another object carries no promise.
 */
function leftOver(
  parts: readonly Condition[],
  proposals: readonly (Pushed | undefined)[],
  proposed: Pushdown,
  accepted: Pushdown,
): Condition | undefined {
  if (accepted.exact) return undefined;
  // The table withdrew a promise its operators made, without saying for which part.
  const isDistrusted = proposed.exact && accepted.where === proposed.where;
  const isSent = sentBy(accepted);
  const isDone = (pushed: Pushed | undefined): boolean => pushed?.exact === true && isSent(pushed);
  return allOf(parts.filter((_, index) => isDistrusted || !isDone(proposals[index])));
}

function sentBy(accepted: Pushdown): (pushed: Pushed) => boolean {
  const sent = new Set(accepted.where === undefined ? [] : conjuncts(accepted.where));
  return ({ condition }) => conjuncts(condition).every((part) => sent.has(part));
}

/** The parts that the server does not select by, or not in full. What it merely compares in its own way is sent. */
function unsentParts(
  parts: readonly Condition[],
  proposals: readonly (Pushed | undefined)[],
  accepted: Pushdown,
): readonly Condition[] {
  if (accepted.exact) return [];
  const isSent = sentBy(accepted);
  return parts.filter((_, index) => {
    const pushed = proposals[index];
    return pushed === undefined || !pushed.whole || !isSent(pushed);
  });
}

interface NeededColumns {
  readonly columns: readonly Column[];
  readonly added: readonly Column[];
  /** Local work looks at a column that list reads leave empty, so the session must fill it whatever was asked for. */
  readonly readsItems: boolean;
}

function neededColumns(query: BoundQuery, where: Condition | undefined, orderBy: readonly SortKey[]): NeededColumns {
  const local = where === undefined ? new Set<Column>() : columnsOfCondition(where);
  for (const { column } of orderBy) local.add(column);
  const present = new Set(query.columns);
  const added = [...local].filter((column) => !present.has(column));
  return {
    columns: added.length === 0 ? query.columns : [...query.columns, ...added],
    added: [...local].filter((column) => column.read === "item" && (!query.columnsNamed || !present.has(column))),
    readsItems: [...local].some((column) => column.read === "item"),
  };
}

function refuseLocalWork(where: Condition | undefined, orderBy: readonly SortKey[]): void {
  const filtered = where === undefined ? "" : ` filter by ${names(columnsOfCondition(where))} exactly as asked`;
  const sorted = orderBy.length === 0 ? "" : ` sort by ${names(orderBy.map(({ column }) => column))}`;
  if (filtered === "" && sorted === "") return;
  const both = [filtered, sorted].filter((text) => text !== "").join(" nor");
  throw unsupported(`The server cannot${both}, and this connection's properties refuse to do it locally.`);
}

/**
 * What of the work here makes an answer dearer than it looks. Checking rows again that the server selected in its own way
 * (text in its collation, times in its seconds) is no news; a filter it has refused is told by the session.
 */
function localWarnings(
  unsent: readonly Condition[],
  orderBy: readonly SortKey[],
  itemRead: readonly Column[],
): readonly Warning[] {
  const warnings: Warning[] = [];
  if (unsent.length > 0) {
    const columns = names(columnsOfCondition({ and: unsent }));
    const detail = `The server cannot filter by ${columns} as asked: this service reads the rows and filters them.`;
    warnings.push({ code: "LOCAL_FILTER", detail });
  }
  if (orderBy.length > 0) {
    const detail = `The server cannot sort this way by ${names(orderBy.map(({ column }) => column))}: this service reads all matching rows, then sorts them.`;
    warnings.push({ code: "LOCAL_SORT", detail });
  }
  if (itemRead.length > 0) {
    const detail = `${names(itemRead)} is not part of list reads: to filter or sort by it, every item is read.`;
    warnings.push({ code: "ITEM_READS", detail });
  }
  return warnings;
}

const names = (columns: Iterable<Column>): string => [...new Set([...columns].map(({ name }) => name))].join(", ");
