/** Runs up to `width` inputs at a time and yields their results in the order of the inputs. */
export async function* inOrder<T, R>(
  inputs: readonly T[],
  width: number,
  run: (input: T, index: number) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  let next = 0;
  while (next < inputs.length || running.length > 0) {
    while (next < inputs.length && running.length < width) {
      const started = run(inputs[next] as T, next);
      // Awaited below in its turn; until then a failure must not count as unhandled.
      started.catch(() => undefined);
      running.push(started);
      next++;
    }
    yield await (running.shift() as Promise<R>);
  }
}

/** Cuts an array into pieces of at most `size`. */
export function chunks<T>(values: readonly T[], size: number): T[][] {
  const out: T[][] = [];
  for (let at = 0; at < values.length; at += size) out.push(values.slice(at, at + size));
  return out;
}
