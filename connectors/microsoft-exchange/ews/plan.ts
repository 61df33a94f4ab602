import type { BoundQuery, Comparison, Pushdown, TableDefinition, Value } from "#spi";
import { type EwsBinding, fieldOf } from "./binding.ts";
import type { EwsConfig } from "./config.ts";
import { conjuncts, isPlainComparison, type Plain, withoutNot } from "./normal-form.ts";
import { sendable } from "./restriction.ts";
import { formatDateTime, timeOf } from "./values.ts";

export type EwsQuery = BoundQuery<EwsBinding>;
export type EwsPushdown = Pushdown<EwsBinding>;
type Comparing = Comparison<EwsBinding>;

/** A time span in which series are expanded into their occurrences. Milliseconds. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** What of a condition chooses where to read, apart from what restricts. */
export interface ReadPlan {
  /** `ItemId = / IN`: read these items. */
  readonly ids?: readonly string[];
  /** `ParentFolderId = / IN`: read these folders. */
  readonly folders?: readonly string[];
  readonly span?: Span;
  /** Values of arguments (`RoomListEmailAddress`, `CalendarItemId`), by column name. */
  readonly arguments: Readonly<Record<string, readonly string[]>>;
  readonly restriction?: Plain<EwsBinding>;
}

const isSelecting = ({ column, operator }: Comparing): boolean => {
  const { by } = fieldOf(column).filter;
  return (by === "item-id" || by === "folder-id" || by === "argument") && (operator === "=" || operator === "IN");
};

function texts(value: Value | undefined): readonly string[] {
  const values = Array.isArray(value) ? (value as readonly Value[]) : [value];
  return [...new Set(values.filter((each) => typeof each === "string"))];
}

/** `Start >= a` with `End <= b`, the pair that asks for occurrences. */
function spanOf(table: TableDefinition<EwsBinding>, parts: readonly Plain<EwsBinding>[]): Span | undefined {
  if (table.name !== "Calendar") return undefined;
  const bound = (name: string, operators: readonly string[]) =>
    parts.find(
      (part): part is Comparing =>
        isPlainComparison(part) && part.column.name === name && operators.includes(part.operator),
    );
  const start = bound("Start", [">=", ">"]);
  const end = bound("End", ["<=", "<"]);
  if (start?.value === undefined || end?.value === undefined) return undefined;
  return { startMs: timeOf(start.value, "Start"), endMs: timeOf(end.value, "End") };
}

const both = (known: readonly string[] | undefined, values: readonly string[]): readonly string[] =>
  known === undefined ? values : known.filter((value) => values.includes(value));

/** Splits a pushed-down condition into what to read and how to restrict it. */
export function readPlan(query: EwsQuery): ReadPlan {
  const parts = query.where === undefined ? [] : conjuncts(withoutNot(query.where));
  let ids: readonly string[] | undefined;
  let folders: readonly string[] | undefined;
  const named: Record<string, readonly string[]> = {};
  const rest: Plain<EwsBinding>[] = [];
  for (const part of parts) {
    if (!isPlainComparison(part) || !isSelecting(part)) {
      rest.push(part);
      continue;
    }
    const values = texts(part.value);
    const { by } = fieldOf(part.column).filter;
    if (by === "item-id") ids = both(ids, values);
    else if (by === "folder-id") folders = both(folders, values);
    else named[part.column.name] = both(named[part.column.name], values);
  }
  const span = ids === undefined ? spanOf(query.table, parts) : undefined;
  const restricts = ids === undefined && span === undefined && rest.length > 0;
  const restriction = restricts
    ? sendable(rest.length === 1 ? (rest[0] as Plain<EwsBinding>) : { and: rest }).part
    : undefined;
  return {
    arguments: named,
    ...(ids === undefined ? {} : { ids }),
    ...(folders === undefined ? {} : { folders }),
    ...(span === undefined ? {} : { span }),
    ...(restriction === undefined ? {} : { restriction }),
  };
}

/** Does the query name an occurrence by its place, or a series by an occurrence? */
export const namesRelatedItem = (pseudo: EwsQuery["pseudo"]): boolean =>
  ["RecurringMasterId", "InstanceIndex", "OccurrenceId"].some((name) => pseudo[name] !== undefined);

/**
 * Narrows a proposed push-down to what EWS can do without losing rows: ids and folders only as parts that must all
 * hold, restrictions as restriction.ts allows, no sort where several reads follow one another.
 */
export function acceptItems(query: EwsQuery, proposed: EwsPushdown): EwsPushdown {
  // One item is read and all conditions are checked on it.
  if (namesRelatedItem(query.pseudo)) return { exact: false, orderBy: [], limit: false, warnings: proposed.warnings };
  if (proposed.where === undefined) return proposed;
  const parts = conjuncts(withoutNot(proposed.where));
  const plan = readPlan({ ...query, where: proposed.where });
  const kept: Plain<EwsBinding>[] = [];
  const local: Plain<EwsBinding>[] = [];
  for (const part of parts) {
    if (isPlainComparison(part) && isSelecting(part)) {
      // An id lookup does not look at folders: that part is checked on the rows.
      if (plan.ids !== undefined && fieldOf(part.column).filter.by === "folder-id") local.push(part);
      else kept.push(part);
    } else if (plan.span !== undefined) {
      if (isSpanBound(part)) kept.push(part);
      else local.push(part);
    } else if (plan.ids !== undefined) local.push(part);
    else {
      const { part: sent, complete } = sendable(part);
      if (sent !== undefined) kept.push(complete ? part : sent);
      if (!complete) local.push(part);
    }
  }
  const selectsOnly = kept.every((part) => isPlainComparison(part) && isSelecting(part));
  const exact = proposed.exact && local.length === 0 && selectsOnly;
  const oneRead =
    plan.ids === undefined && plan.span === undefined && (plan.folders === undefined || plan.folders.length === 1);
  const orderBy = oneRead ? proposed.orderBy : [];
  return {
    ...(kept.length === 0 ? {} : { where: kept.length === 1 ? (kept[0] as Plain<EwsBinding>) : { and: kept } }),
    exact,
    orderBy,
    limit: proposed.limit && exact && oneRead,
    warnings: proposed.warnings,
  };
}

const isSpanBound = (part: Plain<EwsBinding>): boolean =>
  isPlainComparison(part) &&
  ((part.column.name === "Start" && (part.operator === ">=" || part.operator === ">")) ||
    (part.column.name === "End" && (part.operator === "<=" || part.operator === "<")));

/** For tables that are read whole or by an argument: keeps what selects, drops the rest. */
export function acceptSelection(query: EwsQuery, proposed: EwsPushdown): EwsPushdown {
  if (proposed.where === undefined) return { ...proposed, orderBy: [], limit: false };
  const parts = conjuncts(withoutNot(proposed.where));
  const kept = parts.filter((part) => isPlainComparison(part) && isSelecting(part));
  const hasIds = readPlan({ ...query, where: proposed.where }).ids !== undefined;
  const sent = kept.filter(
    (part) => !hasIds || (isPlainComparison(part) && fieldOf(part.column).filter.by !== "folder-id"),
  );
  const exact = proposed.exact && sent.length === parts.length;
  return {
    ...(sent.length === 0 ? {} : { where: sent.length === 1 ? (sent[0] as Plain<EwsBinding>) : { and: sent } }),
    exact,
    orderBy: [],
    limit: false,
    warnings: proposed.warnings,
  };
}

export const idsPerGetItem = 100;
export const largestPage = 1000;

/** Rows of one page of this query. */
export function pageOf(query: EwsQuery, config: EwsConfig): number {
  const wished = Math.min(query.batchSize ?? config.pageSize, config.pageSize, largestPage);
  return Math.max(1, Math.min(wished, query.limit ?? wished));
}

export const spanText = (ms: number): string => formatDateTime(ms);
