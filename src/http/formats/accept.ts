import { Refusal } from "../refusal.ts";

interface Range {
  readonly type: string;
  readonly quality: number;
  readonly specificity: number;
}

function parseRange(text: string): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith("q="));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  const specificity = type === "*/*" ? 0 : type.endsWith("/*") ? 1 : 2;
  return { type, quality: Number.isFinite(quality) ? quality : 0, specificity };
}

const matches = (range: Range, offered: string): boolean =>
  range.type === "*/*" ||
  range.type === offered ||
  (range.specificity === 1 && offered.startsWith(range.type.slice(0, -1)));

function qualityOf(offered: string, ranges: readonly Range[]): number {
  const fitting = ranges.filter((range) => matches(range, offered));
  const mostSpecific = fitting.reduce<Range | undefined>(
    (best, range) => (best === undefined || range.specificity > best.specificity ? range : best),
    undefined,
  );
  return mostSpecific?.quality ?? 0;
}

/** Picks the answer's media type by RFC 9110 section 12.5.1; the first offered wins a tie. Errors: 406. */
export function negotiate<T extends string>(accept: string | undefined, offered: readonly [T, ...T[]]): T {
  if (accept === undefined || accept.trim() === "") return offered[0];
  const ranges = accept.split(",").map(parseRange);
  const rated = offered.map((type) => ({ type, quality: qualityOf(type, ranges) }));
  const best = rated.reduce((left, right) => (right.quality > left.quality ? right : left));
  if (best.quality > 0) return best.type;
  throw new Refusal(
    406,
    "INVALID_REQUEST",
    `This answer can be had as ${offered.join(", ")}; Accept allows none of them.`,
  );
}
