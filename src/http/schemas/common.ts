import { z } from "zod";

const largestPage = 1000;

const pageSize = z.coerce
  .number()
  .int()
  .min(1)
  .meta({ description: `Items of one page; larger than ${largestPage} is reduced to it.`, default: 100 })
  .transform((size) => Math.min(size, largestPage))
  .default(100);

const pageToken = z.string().min(1).max(8192).optional().meta({ description: "`nextPageToken` of the page before." });

/** Query parameters of every list. */
export const pageQuery = z.strictObject({ pageSize, pageToken });

/** Page size inside a query body. */
export const bodyPageSize = z
  .int()
  .min(1)
  .meta({ description: `Records of one page, 100 unless given; larger than ${largestPage} is reduced to it.` })
  .transform((size) => Math.min(size, largestPage))
  .optional();

export const bodyPageToken = pageToken;

/** A list answer of one kind of item. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    nextPageToken: z.string().optional().meta({ description: "Absent on the last page." }),
  });

/** A boolean query parameter. */
export const flag = z.enum(["true", "false"]).transform((text) => text === "true");

export const noQuery = z.strictObject({});
/** Routes that take no body: nothing, or an empty object. */
export const noBody = z.strictObject({}).nullish();

export const timestamp = z.string().meta({ format: "date-time", description: "ISO 8601 in UTC." });

const shown = { readOnly: true, description: "As it was read; not the caller's to set." };

/** Members of a representation that a PUT takes back as they were read. */
export const shownMembers = {
  id: z.string().max(1024).optional().meta(shown),
  createdAt: z.string().max(100).optional().meta(shown),
  updatedAt: z.string().max(100).optional().meta(shown),
};

const name = (what: string) => z.string().min(1).max(1024).meta({ description: what });

export const connectionParams = z.object({
  connection: name(
    "Name (percent-encoded) or id of the connection; for activities, tests, status and catalogue also `alias:NAME`.",
  ),
});
export const connectorParams = z.object({ connector: name("Name of the connector.") });

/** A resource name: unique, 1 to 200 characters, no `/` and no `:`. */
export const resourceName = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^/:]*$/, "A name holds neither / nor :")
  .meta({ description: "Unique; 1 to 200 characters, no `/` and no `:`." });

/** Any JSON value a column may hold. */
export const anyValue = z.unknown().meta({ description: "Text, number, boolean, null, array or object." });

const isPlainObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

/** An object whose members are data (columns, inputs): checked by binding, not here. */
export const dataObject = <T extends object>(description: string) =>
  z.custom<T>(isPlainObject, "Expected an object").meta({ type: "object", additionalProperties: true, description });
