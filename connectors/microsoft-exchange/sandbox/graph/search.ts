import { htmlToText } from "../ews/body-text.ts";
import type { EmailAddress, Item } from "../mailboxes/index.ts";
import type { GraphCall } from "./call.ts";
import { GraphError } from "./errors.ts";
import { parseSearch, type SearchNode, type SearchTerm } from "./odata/search-query.ts";

/** Messages that fit a search, newest first; at most 1,000, as the service gives. */
export function searchMessages(items: readonly Item[], call: GraphCall, text: string): Item[] {
  const { filter, orderBy, skip, count } = call.query;
  if (filter !== undefined) throw conflict("SearchWithFilter", "$filter");
  if (orderBy.length > 0) throw conflict("SearchWithOrderBy", "$orderBy");
  if (skip !== undefined) throw conflict("SearchWithSkip", "$skip");
  if (count) throw conflict("SearchWithCount", "$count");
  const node = parseSearch(text);
  return items.filter((item) => matches(node, item)).slice(0, 1000);
}

function conflict(code: string, option: string): GraphError {
  return new GraphError(400, code, `The query parameter '${option}' is not supported with '$search'.`);
}

function matches(node: SearchNode, item: Item): boolean {
  switch (node.kind) {
    case "and":
      return matches(node.left, item) && matches(node.right, item);
    case "or":
      return matches(node.left, item) || matches(node.right, item);
    case "not":
      return !matches(node.operand, item);
    default:
      return matchesTerm(node.term, item);
  }
}

const texts: Readonly<Record<string, (item: Item) => string[]>> = {
  subject: (item) => [item.subject ?? ""],
  body: (item) => [bodyText(item)],
  from: (item) => people([item.from]),
  to: (item) => people(item.to),
  cc: (item) => people(item.cc),
  bcc: (item) => people(item.bcc),
  recipients: (item) => people([...item.to, ...item.cc, ...item.bcc]),
  participants: (item) => people([item.from, ...item.to, ...item.cc, ...item.bcc]),
  attachment: (item) => item.attachments.map((one) => one.name),
  category: (item) => item.categories,
  importance: (item) => [item.importance],
  kind: () => ["email"],
};

const times: Readonly<Record<string, (item: Item) => Date | undefined>> = {
  received: (item) => item.receivedAt,
  sent: (item) => item.sentAt,
};

function matchesTerm(term: SearchTerm, item: Item): boolean {
  const { property, value } = term;
  if (property === undefined)
    return ["subject", "from", "body"].some((name) => hasWord(texts[name]?.(item) ?? [], value));
  if (property === "hasattachments") return item.attachments.some((one) => !one.isInline) === isTrue(value);
  if (property === "isread") return item.isRead === isTrue(value);
  if (property === "size") return compare(term, sizeOf(item), Number(value));
  const time = times[property];
  if (time !== undefined)
    return compare(term, day(time(item)), Date.parse(`${new Date(value).toISOString().slice(0, 10)}T00:00:00Z`));
  const text = texts[property];
  if (text === undefined) return hasWord([item.subject ?? "", bodyText(item)], `${property}:${value}`);
  return hasWord(text(item), value);
}

/** Words match from their beginning; a trailing asterisk is implied. */
function hasWord(found: readonly string[], wanted: string): boolean {
  const text = wanted.toLowerCase().replace(/\*$/, "");
  return found.some((one) => {
    const folded = one.toLowerCase();
    const at = folded.indexOf(text);
    return (
      at === 0 ||
      (at > 0 &&
        (/[^\p{L}\p{N}]/u.test(folded[at - 1] ?? "") ||
          folded.split(/[^\p{L}\p{N}@.]+/u).some((word) => word.startsWith(text))))
    );
  });
}

function compare({ operator }: SearchTerm, left: number, right: number): boolean {
  if (operator === ">") return left > right;
  if (operator === ">=") return left >= right;
  if (operator === "<") return left < right;
  return operator === "<=" ? left <= right : left === right;
}

function day(at: Date | undefined): number {
  return at === undefined ? Number.NaN : Date.parse(`${at.toISOString().slice(0, 10)}T00:00:00Z`);
}

function people(list: readonly (EmailAddress | undefined)[]): string[] {
  return list.flatMap((one) => [one?.name ?? "", one?.address ?? ""]);
}

function bodyText(item: Item): string {
  return item.body?.type === "html" ? htmlToText(item.body.content) : (item.body?.content ?? "");
}

function sizeOf(item: Item): number {
  return bodyText(item).length + item.attachments.reduce((sum, one) => sum + (one.content?.length ?? 0), 0);
}

function isTrue(value: string): boolean {
  return /^(true|yes|1)$/i.test(value);
}
