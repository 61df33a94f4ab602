/** The names variables may have; what stands in brackets and is no such name is plain text. */
export const variableName = /^[\p{L}_$][\p{L}\p{N}_.$-]{0,199}$/u;

/** One `[name]` or `[name{default}]` of a text; `[[name]` stands for the plain text `[name]`. */
export interface Reference {
  readonly name: string;
  readonly fallback?: string;
}

const pattern = /\[(\[?)([\p{L}_$][\p{L}\p{N}_.$-]{0,199})(?:\{([^}]*)\})?\]/gu;

const plain = "\\[[\\p{L}_$][\\p{L}\\p{N}_.$\\-]{0,199}(?:\\{[^}]*\\})?\\]";

/** A text that has a reference, for JSON Schema (Unicode mode): after escapes and other characters comes a reference. */
export const referencePattern = `^(?:\\[${plain}|(?!\\[?${plain})[\\s\\S])*${plain}`;

/** All references of a text, in their order. */
export function referencesIn(text: string): readonly Reference[] {
  if (!text.includes("[")) return [];
  return [...text.matchAll(pattern)].flatMap(([, escaping, name = "", fallback]) =>
    escaping === "[" ? [] : [fallback === undefined ? { name } : { name, fallback }],
  );
}

/** The text with each reference replaced by what `valueFor` says; values are never looked at again for references. */
export function replaceReferences(text: string, valueFor: (reference: Reference) => string): string {
  if (!text.includes("[")) return text;
  return text.replace(pattern, (whole, escaping: string, name: string, fallback?: string) =>
    escaping === "[" ? whole.slice(1) : valueFor(fallback === undefined ? { name } : { name, fallback }),
  );
}

/** The one reference a text consists of, if it is nothing else: its value then keeps its type. */
export function soleReference(text: string): Reference | undefined {
  const [only, ...others] = referencesIn(text);
  if (only === undefined || others.length > 0 || !text.startsWith("[") || !text.endsWith("]")) return undefined;
  const written = only.fallback === undefined ? `[${only.name}]` : `[${only.name}{${only.fallback}}]`;
  return written === text ? only : undefined;
}
