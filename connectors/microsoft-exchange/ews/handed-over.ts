/** Yields what a running call pushes, in order, and answers the call's own result; an error comes after what was pushed. */
export async function* handedOver<T, R>(run: (push: (value: T) => void) => Promise<R>): AsyncGenerator<T, R, void> {
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
  for (;;) {
    for (let value = waiting.shift(); value !== undefined; value = waiting.shift()) yield value;
    if (isOver) return result;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}
