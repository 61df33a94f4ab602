import type { Choice } from "#spi";

/** Choices that are always offered. */
export const values = (...list: readonly string[]): readonly Choice[] => list.map((value) => ({ value }));
