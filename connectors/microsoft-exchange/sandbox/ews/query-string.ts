import type { Item } from "../mailboxes/index.ts";
import { htmlToText } from "./body-text.ts";

const fields: Record<string, (item: Item) => string> = {
  subject: (item) => item.subject ?? "",
  body: (item) => (item.body?.type === "html" ? htmlToText(item.body.content) : (item.body?.content ?? "")),
  from: (item) => `${item.from?.name ?? ""} ${item.from?.address ?? ""}`,
  to: (item) => item.to.map((one) => `${one.name ?? ""} ${one.address ?? ""}`).join(" "),
  cc: (item) => item.cc.map((one) => `${one.name ?? ""} ${one.address ?? ""}`).join(" "),
  attachment: (item) => item.attachments.map((one) => one.name).join(" "),
  category: (item) => item.categories.join(" "),
};

/** Advanced Query Syntax as far as mail clients use it: words and phrases, `field:value`, AND, OR, NOT. */
export function matchesQuery(item: Item, query: string): boolean {
  const alternatives = query.split(/\s+OR\s+/);
  return alternatives.some((alternative) => termsOf(alternative).every((term) => matchesTerm(item, term)));
}

interface Term {
  field?: string;
  text: string;
  isNegated: boolean;
}

function termsOf(query: string): Term[] {
  const terms: Term[] = [];
  let isNegated = false;
  for (const [whole, field, quoted, word] of query.matchAll(/(?:(\w+):)?(?:"([^"]*)"|(\S+))/g)) {
    if (whole === "AND") continue;
    if (whole === "NOT") {
      isNegated = true;
      continue;
    }
    terms.push({
      ...(field ? { field: field.toLowerCase() } : {}),
      text: (quoted ?? word ?? "").toLowerCase(),
      isNegated,
    });
    isNegated = false;
  }
  return terms;
}

function matchesTerm(item: Item, { field, text, isNegated }: Term): boolean {
  const known = field === undefined ? undefined : fields[field];
  const texts = known ? [known(item)] : Object.values(fields).map((read) => read(item));
  const flags: Record<string, boolean> = {
    "isread:true": item.isRead,
    "isread:false": !item.isRead,
    "hasattachment:true": item.attachments.length > 0,
    "hasattachment:false": item.attachments.length === 0,
  };
  const sought = field !== undefined && !known ? `${field}:${text}` : text;
  const fits = flags[sought] ?? texts.some((one) => one.toLowerCase().includes(sought.replace(/\*$/, "")));
  return fits !== isNegated;
}
