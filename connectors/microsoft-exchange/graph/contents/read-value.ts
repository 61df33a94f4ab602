import { type ByteRange, type Content, type HttpResponse, protocolError } from "#spi";
import type { ContentHead } from "../../contents/content-sink.ts";
import type { GraphCalls, GraphRequest } from "../call.ts";
import type { Owner } from "../mailbox.ts";

/** What a `$value` is to be shown as, given the type Graph says. */
export type HeadOf = (contentType: string) => ContentHead;

/**
 * The raw bytes of a `$value`, at the reader's pace. A range is passed on; Graph does not promise to honour one, and where
 * it answers the whole the caller takes its part. The call keeps its place among the mailbox's until the last byte.
 */
export function readValue(
  calls: GraphCalls,
  owner: Owner,
  path: string,
  range: ByteRange | undefined,
  headOf: HeadOf,
  signal: AbortSignal,
): Promise<Content> {
  const { promise, resolve, reject } = Promise.withResolvers<Content>();
  let isOpen = false;
  let wanted = range;
  const request: GraphRequest = {
    method: "GET",
    path,
    operation: "GET $value",
    mailbox: owner.mailbox,
    limitBytes: Number.POSITIVE_INFINITY,
    streams: true,
  };
  calls
    .tries(
      request,
      () => !isOpen,
      async (send) => {
        let response = await send(withRange(request, wanted));
        if (response.status === 416) {
          // Beyond the end; the whole tells where that is.
          await response.discard();
          wanted = undefined;
          response = await send(request);
        }
        if (response.status >= 300) await calls.answer(response, request);
        const content = contentOf(response, headOf);
        isOpen = true;
        resolve(content);
        // What breaks from here on the reader sees in the body itself.
        await closed(response);
      },
      signal,
    )
    .catch(reject);
  return promise;
}

const closed = ({ body }: HttpResponse): Promise<void> =>
  new Promise((resolve) => {
    if (body.closed) resolve();
    else body.once("close", resolve);
  });

function withRange(request: GraphRequest, range: ByteRange | undefined): GraphRequest {
  if (range === undefined) return request;
  const spec = "suffix" in range ? `-${range.suffix}` : `${range.first}-${range.last ?? ""}`;
  // A coded part is no part of the content.
  return { ...request, headers: { range: `bytes=${spec}`, "accept-encoding": "identity" } };
}

function contentOf(response: HttpResponse, headOf: HeadOf): Content {
  const { body } = response;
  const head = headOf(response.header("content-type")[0]?.split(";")[0]?.trim().toLowerCase() ?? "");
  if (response.status !== 206) {
    const length = response.header("content-encoding").length > 0 ? undefined : response.header("content-length")[0];
    const sizeBytes = length === undefined ? {} : { sizeBytes: Number(length) };
    return { ...head, ...sizeBytes, body };
  }
  const part = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.header("content-range")[0] ?? "");
  if (part === null) {
    body.destroy();
    throw protocolError("Microsoft Graph answered a part of the content without saying which (206).", {
      remote: { service: "MSGraph", operation: "GET $value", status: 206 },
    });
  }
  const [first, last, sizeBytes] = part.slice(1).map(Number) as [number, number, number];
  return { ...head, sizeBytes, part: { first, last }, body };
}
