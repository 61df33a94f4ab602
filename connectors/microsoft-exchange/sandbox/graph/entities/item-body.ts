import { convertBody } from "../../ews/body-text.ts";
import type { Body, ItemFields } from "../../mailboxes/index.ts";
import type { GraphCall } from "../call.ts";
import { readEnum } from "../values.ts";

/** A body in the form the request prefers; without a preference in the form it was written in. */
export function printBody(item: Pick<ItemFields, "body">, call: GraphCall): { contentType: string; content: string } {
  const body = item.body ?? { type: "html" as const, content: "" };
  const wanted = call.prefer.bodyType;
  const shown = wanted === undefined ? body : convertBody(body, wanted === "text" ? "Text" : "HTML");
  return { contentType: shown.type, content: shown.content };
}

/** Reads an itemBody; null takes the body away. */
export function readBody(value: unknown): Body | undefined {
  if (value === null || value === undefined) return undefined;
  const { contentType, content } = value as { contentType?: unknown; content?: unknown };
  const type = contentType === undefined || contentType === null ? "text" : readEnum(contentType, ["text", "html"]);
  return { type, content: typeof content === "string" ? content : "" };
}
