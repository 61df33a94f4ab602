/** Starts up to `width` inputs at a time and yields what comes of them in the order of the inputs. */
export async function* inOrder<T, R>(
  inputs: readonly T[],
  width: number,
  start: (input: T) => AsyncGenerator<R, unknown, void>,
): AsyncGenerator<R> {
  const running: AsyncGenerator<R, unknown, void>[] = [];
  let next = 0;
  while (next < inputs.length || running.length > 0) {
    while (next < inputs.length && running.length < width) running.push(start(inputs[next++] as T));
    yield* running.shift() as AsyncGenerator<R, unknown, void>;
  }
}

/** Cuts an array into pieces of at most `size`. */
export function chunks<T>(values: readonly T[], size: number): T[][] {
  const out: T[][] = [];
  for (let at = 0; at < values.length; at += size) out.push(values.slice(at, at + size));
  return out;
}
