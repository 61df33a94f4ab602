import type { ColumnType, Parameter, Row, Value } from "#spi";
import type { Platform } from "../ews/config.ts";
import { parameterOf } from "../procedures/parameter-of.ts";
import type { EwsWork } from "./ews-work.ts";
import type { GraphWork } from "./graph-work.ts";

/** Spokes of ServiceNow whose actions this connector has under their own names. */
export const spokeNames = ["Exchange Server", "Exchange Online"] as const;
export type SpokeName = (typeof spokeNames)[number];

/** Schemas by which an action is done. */
export const spokeSchemas = ["EWS", "MSGraph"] as const;
export type SpokeSchema = (typeof spokeSchemas)[number];

/** Rows of an action: all at once, or page by page as they come. */
export type Rows = Promise<readonly Row[]> | AsyncIterable<readonly Row[]>;

/** What only an Exchange cmdlet does, and what to do instead. */
export interface PowerShellOnly {
  readonly cmdlet: string;
  readonly instead: string;
}

/** Not offered over this schema, and what to do instead. */
export interface NotOffered {
  readonly instead: string;
}

/** How an action is done over one schema. */
export interface Way<W> {
  readonly run: (work: W) => Rows;
  /** The first platform that can do it. */
  readonly since?: Platform;
  /** What of the action the protocol cannot do; absent where it does all. */
  readonly part?: string;
  /** The calls it makes. */
  readonly calls: string;
}

/** An input or output, perhaps of one schema alone. */
export type SpokeParameter = Parameter & { readonly only?: SpokeSchema };

/** One action of the spokes: declared once, for both schemas. */
export interface SpokeAction {
  readonly name: string;
  readonly spokes: readonly SpokeName[];
  readonly group: string;
  readonly kind?: "subflow" | "agent tool" | "neighbour";
  readonly description: string;
  readonly writes: boolean;
  readonly inputs: readonly SpokeParameter[];
  readonly outputs: readonly SpokeParameter[];
  /** The cmdlet the spoke runs for it. */
  readonly cmdlet?: string;
  readonly ews: SchemaWay<EwsWork>;
  readonly graph: SchemaWay<GraphWork>;
  /** False: inputs user and mailbox name what is acted on, not where. */
  readonly actsIn?: false;
}

export type SchemaWay<W> = Way<W> | PowerShellOnly | NotOffered;

/** How it is done over a schema, where it is. */
export const wayOf = <W>(way: SchemaWay<W>): Way<W> | undefined => ("run" in way ? way : undefined);

/** The cmdlet that alone does it over a schema. */
export const cmdletOf = <W>(way: SchemaWay<W>): PowerShellOnly | undefined => ("cmdlet" in way ? way : undefined);

// ---- inputs and outputs --------------------------------------------------------------------------------------------

type Options = Partial<Omit<SpokeParameter, "name" | "type" | "description">>;

const parameter = (type: ColumnType) => parameterOf<SpokeParameter>(type);

export const text = parameter("string");
export const id = parameter("id");
export const flag = parameter("boolean");
export const count = parameter("integer");
export const instant = parameter("datetime");
export const json = parameter("json");
export const bytes = parameter("binary");

/** People or ids: a JSON array, or text with semicolons or commas between. */
export const list = (name: string, description: string, options: Options = {}): SpokeParameter => ({
  ...json(name, `${description} An array, or text with semicolons between.`, options),
  orText: true,
});

export const required = { required: true } as const;
export const onEws = { only: "EWS" } as const;
export const onGraph = { only: "MSGraph" } as const;

/** Whose mailbox, in the words of the Exchange Server spoke. */
export const mailbox = text(
  "mailbox",
  "SMTP address of the mailbox to act on (impersonated over EWS); the connection's own when left out.",
);
/** Whose mailbox, in the words of the Exchange Online spoke. */
export const user = text("user", "User whose mailbox is meant, by address or id; the connection's own when left out.");

export const resultOutput = text("result", "success.");
export const statusOutput = text("status", "success.");
/** The answer of an action that only does something. */
export const success: Row = { result: "success" };
export const done: Row = { status: "success" };

/** The value as a row may hold it. */
export const orNull = (value: Value | undefined): Value => value ?? null;
