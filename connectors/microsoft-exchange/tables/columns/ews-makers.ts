import type { ColumnType, Mutability, Operator, Pushability } from "#spi";
import type { EwsColumn, FilterSpec, MailboxPart, PropertyPath, ReadSpec, WriteSpec } from "../../ews/binding.ts";
import type { Scalar } from "../../ews/values.ts";

/*
 * One maker for each kind of column, so that a table reads as a list of names and properties. `operators` are those of
 * the catalogue; what is really sent to Exchange for them is the business of `filter` and ews/restriction.ts.
 */

type Operators = EwsColumn["operators"];
const operators = (pushability: Pushability, ...names: Operator[]): Operators =>
  Object.fromEntries(names.map((name) => [name, pushability]));

const noOperators: Operators = {};
export const textOperators = operators("superset", "=", "<>", "LIKE", "IS NULL", "IS NOT NULL");
const orderOperators = operators("superset", "=", "<>", ">", ">=", "<", "<=");
export const flagOperators = operators("superset", "=", "<>");
export const idOperators = operators("exact", "=", "IN");
export const likeOperator = operators("superset", "LIKE");
export const equalOperator = operators("superset", "=");

export interface ColumnOptions {
  readonly readOnly?: true;
  /** Only GetItem gives it. */
  readonly item?: true;
  /** Not filterable and not sortable at all, as the catalogue has it. */
  readonly plain?: true;
  /** Filterable in the catalogue, but no restriction selects at least the asked rows: always filtered here. */
  readonly local?: true;
  /** The element stands in answers exactly when the property exists. */
  readonly stored?: true;
  /** Exchange's order is ours. */
  readonly sortsExactly?: true;
  readonly since?: string;
  /** First platform without it in this form. */
  readonly until?: string;
  readonly mutability?: Mutability;
  readonly write?: WriteSpec;
  readonly nowhere?: string;
  readonly describe?: string;
  readonly operators?: Operators;
  readonly sortable?: boolean;
  readonly allowed?: readonly string[];
}

interface Facts {
  readonly name: string;
  readonly type: ColumnType;
  readonly path?: PropertyPath;
  readonly read: ReadSpec;
  readonly write?: WriteSpec;
  readonly filter: FilterSpec;
  readonly operators: Operators;
  readonly listMayOmit?: { readonly beside: readonly string[] };
  readonly key?: true;
}

const noFilter: FilterSpec = { by: "none" };

function column(facts: Facts, options: ColumnOptions): EwsColumn {
  const write: WriteSpec | undefined =
    options.nowhere === undefined ? (options.write ?? facts.write) : { to: "nowhere", reason: options.nowhere };
  const uses = options.plain === true ? noOperators : (options.operators ?? facts.operators);
  return {
    name: facts.name,
    type: facts.type,
    nullable: facts.key !== true,
    key: facts.key === true,
    mutability: options.readOnly === true ? "read-only" : (options.mutability ?? "writable"),
    operators: uses,
    sortable:
      options.sortable ?? (options.plain !== true && Object.keys(facts.operators).length > 1 && facts.key !== true),
    sortsExactly: options.sortsExactly === true,
    read: options.item === true ? "item" : "list",
    description:
      options.describe ??
      `EWS property ${facts.path?.uri ?? facts.name}${facts.path?.index === undefined ? "" : ` (${facts.path.index})`}.`,
    ...(options.allowed === undefined ? {} : { allowed: options.allowed }),
    ...(options.since === undefined ? {} : { since: options.since }),
    binding: {
      kind: "field",
      ...(facts.path === undefined ? {} : { path: facts.path }),
      read: facts.read,
      ...(options.readOnly === true || write === undefined ? {} : { write }),
      filter: options.plain === true || options.local === true ? noFilter : facts.filter,
      ...(options.until === undefined ? {} : { until: options.until }),
      ...(facts.listMayOmit === undefined ? {} : { listMayOmit: facts.listMayOmit }),
    },
  };
}

/** `item:Subject` is the element `Subject`. */
const elementOf = (uri: string): string => uri.slice(uri.lastIndexOf(":") + 1);

function scalar(
  name: string,
  uri: string,
  type: ColumnType,
  as: Scalar,
  filter: FilterSpec,
  uses: Operators,
  options: ColumnOptions,
): EwsColumn {
  const element = elementOf(uri);
  return column(
    {
      name,
      type,
      path: { uri },
      read: { from: "text", at: [element], as },
      write: { to: "text", element, as },
      filter,
      operators: uses,
    },
    options,
  );
}

export const text = (name: string, uri: string, options: ColumnOptions = {}): EwsColumn =>
  scalar(name, uri, "string", "text", { by: "text", presence: options.stored === true }, textOperators, options);

/** Text in Exchange's answers that must have a form when written. */
export const formed = (
  name: string,
  uri: string,
  form: "language" | "base64",
  options: ColumnOptions = {},
): EwsColumn => scalar(name, uri, "string", form, noFilter, textOperators, options);

export const integer = (name: string, uri: string, options: ColumnOptions = {}): EwsColumn =>
  scalar(name, uri, "integer", "integer", { by: "integer" }, orderOperators, options);

/** Exchange keeps fractions its own way (PercentComplete as 0 to 1), so numbers with a fraction are compared here. */
export const double = (name: string, uri: string, options: ColumnOptions = {}): EwsColumn =>
  scalar(name, uri, "double", "double", noFilter, orderOperators, options);

export const time = (name: string, uri: string, options: ColumnOptions = {}): EwsColumn =>
  scalar(name, uri, "datetime", "datetime", { by: "datetime" }, orderOperators, options);

export const flag = (name: string, uri: string, options: ColumnOptions = {}): EwsColumn =>
  scalar(name, uri, "boolean", "boolean", { by: "boolean" }, flagOperators, options);

export const binary = (name: string, uri: string, options: ColumnOptions = {}): EwsColumn =>
  scalar(name, uri, "binary", "text", noFilter, noOperators, options);

/** Case-exact text, such as an id that is the element's text. */
export const idText = (name: string, uri: string, options: ColumnOptions = {}): EwsColumn =>
  scalar(name, uri, "id", "text", noFilter, noOperators, options);

/** One of fixed values. `unset`: what items without the property may show. */
export const choice = (
  name: string,
  uri: string,
  values: readonly string[],
  unset: readonly string[],
  options: ColumnOptions = {},
): EwsColumn =>
  scalar(name, uri, "string", "text", { by: "choice", values, unset }, textOperators, { allowed: values, ...options });

/** An attribute of the property's element: Id, ChangeKey. */
export const attribute = (
  name: string,
  uri: string,
  attributeName: string,
  options: ColumnOptions & { readonly type?: ColumnType; readonly key?: true; readonly filter?: FilterSpec } = {},
): EwsColumn =>
  column(
    {
      name,
      type: options.type ?? "id",
      path: { uri },
      read: { from: "attribute", at: [elementOf(uri)], attribute: attributeName },
      filter: options.filter ?? noFilter,
      operators: noOperators,
      ...(options.key === undefined ? {} : { key: options.key }),
    },
    options,
  );

/** A leaf below the property's element. */
export const part = (
  name: string,
  uri: string,
  path: readonly string[],
  as: Exclude<Scalar, "language" | "base64">,
  options: ColumnOptions = {},
): EwsColumn =>
  column(
    {
      name,
      type: as === "text" ? "string" : as,
      path: { uri },
      read: { from: "text", at: [elementOf(uri), ...path], as },
      filter: noFilter,
      operators: noOperators,
    },
    options,
  );

/**
 * One mailbox as three columns. FindItem knows the display name alone, and restrictions compare that name: addresses are
 * filtered here.
 */
export const mailbox = (name: string, uri: string, member: MailboxPart, options: ColumnOptions = {}): EwsColumn => {
  const element = elementOf(uri);
  return column(
    {
      name,
      type: "string",
      path: { uri },
      read: { from: "text", at: [element, "Mailbox", member], as: "text" },
      write: { to: "mailbox", element, part: member },
      filter: noFilter,
      operators: textOperators,
      ...(member === "Name" ? {} : { listMayOmit: { beside: [element, "Mailbox"] } }),
    },
    options,
  );
};

/** A list of mailboxes, one member of each, as one delimited value. */
export const mailboxes = (name: string, uri: string, member: MailboxPart, options: ColumnOptions = {}): EwsColumn => {
  const element = elementOf(uri);
  const id = member === "ItemId";
  return column(
    {
      name,
      type: id ? "id" : "string",
      path: { uri },
      read: { from: "list", group: [element, "Mailbox"], leaf: [member], ...(id ? { attribute: "Id" } : {}) },
      write: { to: "mailboxes", element, part: member },
      filter: noFilter,
      operators: noOperators,
    },
    { item: true, sortable: false, ...options },
  );
};

/** An entry of a dictionary of texts (addresses, phones), or a member of it (postal addresses). */
export const entry = (
  name: string,
  uri: string,
  element: string,
  key: string,
  options: ColumnOptions & { readonly below?: string } = {},
): EwsColumn => {
  const below = options.below === undefined ? {} : { below: options.below };
  return column(
    {
      name,
      type: "string",
      path: { uri, index: key },
      read: { from: "entry", at: [element], key, ...below },
      write: { to: "entry", element, key, ...below },
      filter: { by: "text", presence: false },
      operators: textOperators,
    },
    options,
  );
};

/** One of a list of texts, by place. */
export const nth = (name: string, uri: string, place: number, options: ColumnOptions = {}): EwsColumn => {
  const element = elementOf(uri);
  return column(
    {
      name,
      type: "string",
      path: { uri },
      read: { from: "nth", at: [element, "String"], nth: place },
      write: { to: "nth-string", element, nth: place },
      filter: noFilter,
      operators: noOperators,
    },
    options,
  );
};

/** Anything else: the way to read it is given. */
export const special = (
  name: string,
  type: ColumnType,
  uri: string | undefined,
  read: ReadSpec,
  options: ColumnOptions & { readonly key?: true; readonly filter?: FilterSpec } = {},
): EwsColumn =>
  column(
    {
      name,
      type,
      ...(uri === undefined ? {} : { path: { uri } }),
      read,
      filter: options.filter ?? noFilter,
      operators: noOperators,
      ...(options.key === undefined ? {} : { key: options.key }),
    },
    options,
  );
