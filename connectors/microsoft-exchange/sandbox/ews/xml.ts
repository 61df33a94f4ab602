import { SaxesParser, type SaxesTagNS } from "saxes";

/** Namespaces of SOAP and EWS by the short name the tree uses. */
export const namespaces = {
  s: "http://schemas.xmlsoap.org/soap/envelope/",
  m: "http://schemas.microsoft.com/exchange/services/2006/messages",
  t: "http://schemas.microsoft.com/exchange/services/2006/types",
  e: "http://schemas.microsoft.com/exchange/services/2006/errors",
} as const;

export type Prefix = keyof typeof namespaces;

/** One element; `ns` is a short name of `namespaces`, or the full address of another namespace. */
export interface XmlElement {
  ns: string;
  name: string;
  attributes: Record<string, string>;
  children: (XmlElement | string)[];
}

type Part = XmlElement | string | undefined | readonly (XmlElement | string | undefined)[];

/** Elements of the types and of the messages namespace, as `t("ItemId", {Id: "…"})` or `t("Subject", "text")`. */
export const t = maker("t");
export const m = maker("m");

export class XmlError extends Error {}

/** Bounds that keep a hostile request from costing much. */
const depthLimit = 200;
const elementLimit = 400_000;

const shortNames = new Map<string, string>(Object.entries(namespaces).map(([short, uri]) => [uri, short]));

/** Reads a document into a tree; refuses document type declarations and excess. */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  let count = 0;
  const addText = (value: string) => open.at(-1)?.children.push(value);
  parser.on("error", (error) => {
    throw new XmlError(error.message);
  });
  parser.on("doctype", () => {
    throw new XmlError("document type declarations are not accepted");
  });
  parser.on("opentag", (tag) => {
    const element = elementOf(tag);
    count += 1;
    if (count > elementLimit || open.length >= depthLimit) throw new XmlError("the document is too large");
    if (open.length > 0) open.at(-1)?.children.push(element);
    else root = element;
    open.push(element);
  });
  parser.on("closetag", () => {
    open.pop();
  });
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.write(text).close();
  if (!root) throw new XmlError("the document is empty");
  return root;
}

/** Child elements of that name in the types or messages namespace. */
export function childrenOf(element: XmlElement | undefined, name?: string): XmlElement[] {
  const elements = (element?.children ?? []).filter((one): one is XmlElement => typeof one !== "string");
  return name === undefined ? elements : elements.filter((one) => one.name === name);
}

/** First child element, or first of that name. */
export function childOf(element: XmlElement | undefined, name?: string): XmlElement | undefined {
  return childrenOf(element, name)[0];
}

/** The text directly in an element. */
export function textOf(element: XmlElement): string {
  return element.children.filter((one) => typeof one === "string").join("");
}

/** The text of a child element; undefined when there is no such child. */
export function childText(element: XmlElement | undefined, name: string): string | undefined {
  const child = childOf(element, name);
  return child && textOf(child);
}

/** Prints a document; every text keeps its characters, carriage returns and illegal characters as references. */
export function printXml(root: XmlElement): string {
  const out: string[] = ['<?xml version="1.0" encoding="utf-8"?>'];
  const used = Object.entries(namespaces).map(([short, uri]) => ` xmlns:${short}="${uri}"`);
  print(root, out, used.join(""));
  return out.join("");
}

function print(element: XmlElement, out: string[], declarations: string): void {
  const name = element.ns === "" ? element.name : `${element.ns}:${element.name}`;
  out.push("<", name, declarations);
  for (const [key, value] of Object.entries(element.attributes)) out.push(" ", key, '="', escapeXml(value), '"');
  if (element.children.length === 0) {
    out.push("/>");
    return;
  }
  out.push(">");
  for (const child of element.children) {
    if (typeof child === "string") out.push(escapeXml(child));
    else print(child, out, "");
  }
  out.push("</", name, ">");
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Exchange writes characters XML 1.0 has no place for as references all the same (it switches the check off). */
function escapeXml(text: string): string {
  return text.replace(/[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff]|\r/g, (character) => {
    return entities[character] ?? `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
  });
}

function maker(ns: Prefix) {
  return (name: string, first?: Record<string, string | undefined> | Part, ...rest: Part[]): XmlElement => {
    const element: XmlElement = { ns, name, attributes: {}, children: [] };
    const isAttributes = typeof first === "object" && !Array.isArray(first) && !("children" in first);
    if (isAttributes) {
      for (const [key, value] of Object.entries(first)) if (typeof value === "string") element.attributes[key] = value;
    } else add(element, first as Part);
    for (const part of rest) add(element, part);
    return element;
  };
}

function add(element: XmlElement, part: Part): void {
  if (part === undefined) return;
  if (typeof part === "string") element.children.push(part);
  else if ("children" in part) element.children.push(part);
  else for (const one of part) add(element, one);
}

function elementOf(tag: SaxesTagNS): XmlElement {
  const attributes: Record<string, string> = {};
  for (const [name, { value }] of Object.entries(tag.attributes))
    if (!name.startsWith("xmlns")) attributes[name] = value;
  return { ns: shortNames.get(tag.uri) ?? tag.uri, name: tag.local, attributes, children: [] };
}
