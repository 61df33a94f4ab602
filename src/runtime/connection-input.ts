import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { type Mistake, mistaken } from "#spi";
import { pointerPart } from "./json-pointer.ts";
import type { ConnectionInput, ConnectionView } from "./use-cases.ts";

const longestName = 200;

const shape = z.strictObject({
  name: z.string(),
  connector: z.string(),
  properties: z.record(z.string(), z.unknown()),
  description: z.string().optional(),
  active: z.boolean().optional(),
  credentialActive: z.boolean().optional(),
  tags: z.array(z.string()).optional(),
  urlBuilder: z
    .strictObject({
      protocol: z.enum(["https", "http"]).optional(),
      host: z.string(),
      port: z.number().optional(),
      basePath: z.string().optional(),
    })
    .optional(),
});

/** What is wrong with a connection's name; nothing when it is fine. */
export function nameMistakes(name: string): readonly Mistake[] {
  const length = [...name].length;
  const wrong =
    length < 1 || length > longestName
      ? `A name has 1 to ${longestName} characters.`
      : /[/:]/.test(name)
        ? "A name holds neither / nor :."
        : /\p{Cc}/u.test(name)
          ? "A name holds no control characters."
          : undefined;
  return wrong === undefined ? [] : [{ pointer: "/name", code: "INVALID_PROPERTY", detail: wrong }];
}

/**
 * The whole representation after a JSON merge patch (RFC 7396). What is shown but not the client's to set may be sent
 * back unchanged. Errors: INVALID_REQUEST.
 */
export function patchedInput(current: ConnectionView, patch: Readonly<Record<string, unknown>>): ConnectionInput {
  const { id, createdAt, updatedAt, state, missingSecrets, properties, ...rest } = current;
  const fixed: Readonly<Record<string, unknown>> = { id, createdAt, updatedAt, state };
  const merged: Record<string, unknown> = { ...rest };
  for (const [member, value] of Object.entries(patch)) {
    if (Object.hasOwn(fixed, member) && fixed[member] === value) continue;
    if (member === "missingSecrets" && isDeepStrictEqual(value, missingSecrets)) continue;
    if (value === null) delete merged[member];
    else if (member !== "properties") merged[member] = value;
  }
  merged["properties"] = mergedProperties(properties, patch["properties"]);
  const parsed = shape.safeParse(merged);
  if (!parsed.success) throw mistaken(parsed.error.issues.flatMap(mistakesOf));
  const { description, active, credentialActive, tags, urlBuilder, ...required } = parsed.data;
  return {
    ...required,
    ...(credentialActive === undefined ? {} : { credentialActive }),
    ...(urlBuilder === undefined ? {} : { urlBuilder }),
    ...(description === undefined ? {} : { description }),
    ...(active === undefined ? {} : { active }),
    ...(tags === undefined ? {} : { tags }),
  };
}

/** Members of the patch replace; null stays null, because for a secret "left out" means kept. */
function mergedProperties(current: ConnectionView["properties"], patch: unknown): unknown {
  if (patch === undefined) return current;
  if (patch === null) return Object.fromEntries(Object.keys(current).map((key) => [key, null]));
  if (typeof patch !== "object" || Array.isArray(patch)) return patch;
  return { ...current, ...patch };
}

function mistakesOf(issue: z.core.$ZodIssue): readonly Mistake[] {
  const path = issue.path.map((part) => `/${pointerPart(String(part))}`).join("");
  const at = (pointer: string, detail: string): Mistake => ({ pointer, code: "INVALID_REQUEST", detail });
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => at(`${path}/${pointerPart(key)}`, `${key} is no member that can be changed.`));
  return [at(path, issue.message)];
}
