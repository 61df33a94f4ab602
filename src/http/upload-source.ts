import type { Readable } from "node:stream";
import { type Clock, ConnectorError, invalidRequest } from "#spi";
import { Refusal } from "./refusal.ts";

const idle = Symbol("idle");

async function nextOrIdle(
  next: Promise<IteratorResult<Buffer>>,
  clock: Clock,
  idleMs: number,
): Promise<IteratorResult<Buffer> | typeof idle> {
  const timer = new AbortController();
  const silence = clock.sleep(idleMs, timer.signal).then(
    (): typeof idle => idle,
    (): typeof idle => idle,
  );
  try {
    return await Promise.race([next, silence]);
  } finally {
    timer.abort();
  }
}

/**
 * Bytes of an upload, ended by 408 when the caller pauses too long. The stream is not destroyed when reading stops
 * early: that would close the socket before the answer is out.
 */
export async function* uploadBytes(body: Readable, clock: Clock, idleMs: number): AsyncGenerator<Buffer> {
  const iterator: AsyncIterator<Buffer> = body.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const next = await nextOrIdle(iterator.next(), clock, idleMs);
      if (next === idle)
        throw new Refusal(408, "INVALID_REQUEST", `The upload paused for more than ${idleMs / 1000} seconds.`, {
          connection: "close",
        });
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    if (error instanceof ConnectorError) throw error;
    throw invalidRequest("The upload broke off.", { cause: error });
  } finally {
    // Not awaited: after a pause the iterator still waits for bytes. Once it lets go, the rest is let in and dropped.
    const letIn = (): unknown => body.resume();
    void iterator.return?.().then(letIn, letIn);
  }
}

/** A whole upload in memory, as an Idempotency-Key needs it. Errors: TOO_LARGE. */
export async function readUpload(bytes: AsyncIterable<Buffer>, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > limitBytes)
      throw new ConnectorError(
        "TOO_LARGE",
        `An upload with Idempotency-Key may be ${limitBytes} bytes large at most; without the key it is streamed.`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
