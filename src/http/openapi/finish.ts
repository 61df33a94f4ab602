import { z } from "zod";
import { problemSchema } from "../schemas/problem.ts";
import { conditionSchema } from "./condition.ts";
import type { OperationNotes } from "./notes.ts";
import { problemResponseName, problemResponses } from "./problem-responses.ts";

interface Media {
  readonly schema: unknown;
}
interface Operation extends Partial<OperationNotes> {
  responses: Record<string, unknown>;
  requestBody?: { required?: boolean; content: Record<string, Media> };
}
interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown>; responses?: Record<string, unknown> };
}

const success = (responses: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(responses).filter(([status]) => !/^default$/i.test(status)));

const uploadSchema = {
  type: "string",
  description: 'One frame a line: {"type":"record","record":{...}}. Name the table in the query string.',
};

function finishOperation(operation: Operation): Operation {
  const {
    "x-statuses": statuses = [],
    "x-upload": upload,
    "x-contents": contents,
    "x-optional-body": isOptional,
    ...rest
  } = operation;
  const problems = statuses.map((status) => [
    String(status),
    { $ref: `#/components/responses/${problemResponseName(status)}` },
  ]);
  const body = operation.requestBody ?? (contents === undefined ? undefined : { content: {} });
  return {
    ...rest,
    ...(body !== undefined && {
      requestBody: {
        ...body,
        required: isOptional !== true,
        content: {
          ...body.content,
          ...(upload !== undefined && { [upload]: { schema: uploadSchema } }),
          ...(contents as Record<string, Media> | undefined),
        },
      },
    }),
    responses: { ...Object.fromEntries(problems), ...success(operation.responses) },
  };
}

/** Names of the component schemas a value refers to, through other components too. */
function referenced(value: unknown, schemas: Record<string, unknown>, found: Set<string>): Set<string> {
  for (const [, name] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (name === undefined || found.has(name)) continue;
    found.add(name);
    if (schemas[name] !== undefined) referenced(schemas[name], schemas, found);
  }
  return found;
}

const sortKeys = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));

/** Input schemas carry the suffix `Input` beside their output twin; where only the input is used, the plain name will do. */
function plainNames(document: OpenApiDocument): OpenApiDocument {
  const used = referenced(document, document.components.schemas, new Set());
  const plain = [...used].filter((name) => name.endsWith("Input") && !used.has(name.slice(0, -"Input".length)));
  let text = JSON.stringify(document);
  for (const name of plain)
    text = text.replaceAll(`#/components/schemas/${name}"`, `#/components/schemas/${name.slice(0, -"Input".length)}"`);
  const renamed = JSON.parse(text) as OpenApiDocument;
  for (const name of plain)
    renamed.components.schemas[name.slice(0, -"Input".length)] = renamed.components.schemas[name];
  return renamed;
}

/** `x-samples` of our schemas are their examples: zod drops `examples` from whatever holds a transform. */
const printSamples = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value).replaceAll('"x-samples":', '"examples":')) as T;

/** Adds problems, uploads and the condition to the collected document, and drops schemas nothing refers to. */
export function finishDocument(document: OpenApiDocument): OpenApiDocument {
  const statuses = new Set<number>();
  const paths = Object.entries(document.paths).map(([path, operations]) => {
    for (const operation of Object.values(operations))
      for (const status of operation["x-statuses"] ?? []) statuses.add(status);
    const finished = Object.entries(operations).map(([method, operation]) => [method, finishOperation(operation)]);
    return [path, Object.fromEntries(finished)];
  });
  const responses = problemResponses([...statuses].sort((left, right) => left - right));
  const { $schema: _dialect, ...problem } = z.toJSONSchema(problemSchema) as Record<string, unknown>;
  const schemas: Record<string, unknown> = {
    ...document.components.schemas,
    Condition: conditionSchema,
    Problem: problem,
  };
  const named = plainNames(
    printSamples({
      ...document,
      components: { ...document.components, responses, schemas },
      paths: sortKeys(Object.fromEntries(paths)),
    }),
  );
  const used = referenced([named.paths, responses], named.components.schemas, new Set());
  return {
    ...named,
    components: {
      ...named.components,
      schemas: sortKeys(
        Object.fromEntries(Object.entries(named.components.schemas).filter(([name]) => used.has(name))),
      ),
    },
  };
}
