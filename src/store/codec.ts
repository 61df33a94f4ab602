/** The one place where column values and ours are turned into each other; repositories never convert by themselves. */

export const toFlag = (value: boolean): number => (value ? 1 : 0);
export const fromFlag = (value: number): boolean => value !== 0;

export const toJson = (value: unknown): string => JSON.stringify(value);
/** The column was written by `toJson` of a T. */
export const fromJson = <T>(text: string): T => JSON.parse(text) as T;

export const toNullableJson = (value: unknown): string | null => (value === undefined ? null : toJson(value));
export const fromNullableJson = <T>(text: string | null): T | undefined =>
  text === null ? undefined : fromJson<T>(text);

export const toNullable = <T>(value: T | undefined): T | null => value ?? null;
export const fromNullable = <T>(value: T | null): T | undefined => value ?? undefined;

/** `pg` hands 64-bit integers over as text. */
export function toInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is no safe integer`);
  return value;
}

/** Leaves out members that are undefined, so that optional members are absent and not `undefined`. */
export function present<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T;
}
