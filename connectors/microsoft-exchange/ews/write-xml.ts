import { invalidQuery } from "#spi";

declare const markup: unique symbol;
/** XML text made by this module: already escaped, safe to embed. */
export type Xml = string & { readonly [markup]: true };

/** What may stand in an element: markup, nested lists of it, or nothing. Text goes through `text()`. */
export type Content = Xml | undefined | readonly Content[];
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Nothing at all, where an expression must give markup. */
export const nothing = "" as Xml;

const needsEscape = /[&<>\r]/;
const attributeNeedsEscape = /[&<"\t\n\r]/;
// Everything XML 1.0 cannot carry: controls but tab, LF, CR; lone surrogates; U+FFFE and U+FFFF.
const unwritable =
  /[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

const control = /[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/;

/** Has XML a form for every character? */
export const isWritable = (value: string): boolean => value.isWellFormed() && !control.test(value);

/** Refuses text with characters XML 1.0 has no form for, naming the column or input and the place. */
export function assertWritable(value: string, about: string): void {
  if (isWritable(value)) return;
  const at = value.search(unwritable);
  const unit = value.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0");
  throw invalidQuery(
    `${about}: the character U+${unit} at position ${at} cannot be sent to Exchange, since XML has no form for it. Remove or replace it.`,
    { target: about, evidence: { position: at, character: `U+${unit}` } },
  );
}

/** Character data. CR becomes a reference, since a parser would turn it into LF. */
export function text(value: string, about: string): Xml {
  assertWritable(value, about);
  if (!needsEscape.test(value)) return value as Xml;
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#xD;") as Xml;
}

function attribute(name: string, value: string): string {
  assertWritable(value, name);
  if (!attributeNeedsEscape.test(value)) return ` ${name}="${value}"`;
  const escaped = value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\t", "&#x9;")
    .replaceAll("\n", "&#xA;")
    .replaceAll("\r", "&#xD;");
  return ` ${name}="${escaped}"`;
}

function open(name: string, attributes: Attributes | undefined): string {
  let out = `<${name}`;
  for (const key in attributes) {
    const value = attributes[key];
    if (value !== undefined) out += attribute(key, String(value));
  }
  return out;
}

function join(content: readonly Content[]): string {
  let out = "";
  for (const part of content) {
    if (part === undefined) continue;
    out += typeof part === "string" ? part : join(part);
  }
  return out;
}

/** An element with attributes and content. Names are constants of ours, never data. */
export function element(name: string, attributes?: Attributes, ...content: readonly Content[]): Xml {
  const inner = join(content);
  const start = open(name, attributes);
  return (inner === "" ? `${start}/>` : `${start}>${inner}</${name}>`) as Xml;
}

/** An element that holds text alone. `about` is what an error calls it; the element's name otherwise. */
export function leaf(
  name: string,
  value: string | number | boolean,
  options: { readonly about?: string; readonly attributes?: Attributes } = {},
): Xml {
  return element(name, options.attributes, text(String(value), options.about ?? name.slice(name.indexOf(":") + 1)));
}
