import type { GraphCall, GraphResult } from "./call.ts";

/** The part of raw bytes a Range header asks for (one range of bytes); other forms get the whole. */
export function ranged(call: GraphCall, result: GraphResult & { readonly body: Buffer }): GraphResult {
  const { body } = result;
  const [, first = "", last = "", suffix = ""] =
    /^bytes=(?:(\d+)-(\d*)|-(\d+))$/.exec(call.request.headers["range"] ?? "") ?? [];
  if (first === "" && suffix === "") return { ...result, headers: { "accept-ranges": "bytes" } };
  const start = suffix === "" ? Number(first) : Math.max(0, body.length - Number(suffix));
  const end = Math.min(suffix === "" && last !== "" ? Number(last) : body.length - 1, body.length - 1);
  if (start > end) return { status: 416, headers: { "content-range": `bytes */${body.length}` } };
  return {
    ...result,
    status: 206,
    headers: { "accept-ranges": "bytes", "content-range": `bytes ${start}-${end}/${body.length}` },
    body: body.subarray(start, end + 1),
  };
}
