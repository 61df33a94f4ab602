import { Readable } from "node:stream";
import type { FastifySchemaCompiler } from "fastify";
import { z } from "zod";
import { type Mistake, mistaken, nearest } from "#spi";

/** A mistake in the query string names the parameter; its pointer is that of the whole body. */
export interface RequestMistake extends Mistake {
  readonly parameter?: string;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

const escapeToken = (token: PropertyKey): string => String(token).replaceAll("~", "~0").replaceAll("/", "~1");
const pointerOf = (path: Path): string => path.map((token) => `/${escapeToken(token)}`).join("");

/** Peels optional, nullable, default and pipe off a schema. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const def = schema._zod.def as unknown as Readonly<Record<string, unknown>>;
  const inner = def["innerType"] ?? def["in"];
  return inner instanceof z.core.$ZodType ? unwrap(inner) : schema;
}

/** The member names a schema knows at a path, over all branches of its unions. */
function namesAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  const plain = unwrap(schema);
  if (plain instanceof z.core.$ZodUnion) return plain._zod.def.options.flatMap((option) => namesAt(option, path));
  const [head, ...rest] = path;
  if (plain instanceof z.core.$ZodArray && head !== undefined) return namesAt(plain._zod.def.element, rest);
  if (!(plain instanceof z.core.$ZodObject)) return [];
  if (head === undefined) return Object.keys(plain._zod.def.shape);
  const member = plain._zod.def.shape[String(head)];
  return member === undefined ? [] : namesAt(member, rest);
}

interface Found {
  readonly path: Path;
  readonly detail: string;
}

function unknownMembers(issue: Extract<Issue, { code: "unrecognized_keys" }>, path: Path, names: readonly string[]) {
  return issue.keys.map((key): Found => {
    const given = `"${key.slice(0, 100)}"`;
    if (names.includes(key))
      return { path: [...path, key], detail: `${given} does not go with the other members here.` };
    const near = nearest(key, names);
    const hint = near === undefined ? "" : `; the nearest known name is "${near}"`;
    return { path: [...path, key], detail: `${given} is not known here${hint}.` };
  });
}

/** Of a union that nothing matched, the branch with the fewest issues tells what is wrong. */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  return branches.reduce((best, branch) => (branch.length < best.length ? branch : best), branches[0] ?? []);
}

function findings(schema: z.core.$ZodType, issues: readonly Issue[], base: Path): Found[] {
  return issues.flatMap((issue): Found[] => {
    const path = [...base, ...issue.path];
    if (issue.code === "unrecognized_keys") return unknownMembers(issue, path, namesAt(schema, path));
    if (issue.code === "invalid_union" && issue.errors.length > 0)
      return findings(schema, bestBranch(issue.errors), path);
    return [{ path, detail: sentence(issue.message) }];
  });
}

/** Names a missing value as such; everything else keeps zod's sentence. */
const errorMap = (issue: z.core.$ZodRawIssue): string | undefined => {
  if (issue.code !== "invalid_type" || (issue.input !== undefined && issue.input !== null)) return undefined;
  if (issue.input === undefined) return "This is required";
  return (issue.path ?? []).length === 0 ? "A JSON body is required here" : undefined;
};

const sentence = (text: string): string => (text.endsWith(".") ? text : `${text}.`);

function mistakeOf(part: string, found: Found): RequestMistake {
  const base = { code: "INVALID_REQUEST", detail: found.detail } as const;
  if (part === "querystring") {
    const parameter = String(found.path[0] ?? "");
    return { pointer: "", parameter, ...base, detail: `Query parameter ${parameter}: ${found.detail}` };
  }
  if (part === "params") return { pointer: "", ...base, detail: `Path: ${found.detail}` };
  return { pointer: pointerOf(found.path), ...base };
}

/** All mistakes of one part of a request. */
export function requestMistakes(schema: z.core.$ZodType, part: string, issues: readonly Issue[]): RequestMistake[] {
  return findings(schema, issues, []).map((found) => mistakeOf(part, found));
}

/** Checks a request part with zod; answers INVALID_REQUEST with every mistake. Uploads (streams) are checked by line. */
export const validatorCompiler: FastifySchemaCompiler<z.core.$ZodType> = ({ schema, httpPart }) => {
  const part = httpPart ?? "body";
  return (data: unknown) => {
    if (data instanceof Readable) return { value: data };
    const result = z.core.safeParse(schema, data, { error: errorMap });
    if (result.success) return { value: result.data };
    return { error: mistaken(requestMistakes(schema, part, result.error.issues)) };
  };
};
