/**
 * Starts a call and yields what it pushes, in order, then answers the call's own result; an error comes after what was
 * pushed. Nothing is unhandled when nobody reads on.
 */
export function handedOver<T, R>(run: (push: (value: T) => void) => Promise<R>): AsyncGenerator<T, R, void> {
  const waiting: T[] = [];
  let wake: () => void = () => undefined;
  let isOver = false;
  const result = run((value) => {
    waiting.push(value);
    wake();
  });
  const over = (): void => {
    isOver = true;
    wake();
  };
  result.then(over, over);
  return (async function* () {
    for (;;) {
      for (let value = waiting.shift(); value !== undefined; value = waiting.shift()) yield value;
      if (isOver) return result;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  })();
}
