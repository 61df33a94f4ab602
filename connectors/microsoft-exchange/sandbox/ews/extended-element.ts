import type { ExtendedValue } from "../mailboxes/index.ts";
import { EwsError, schemaViolation } from "./ews-error.ts";
import { readPath } from "./paths.ts";
import { childOf, childrenOf, childText, t, textOf, type XmlElement } from "./xml.ts";

/** FindItem and SyncFolderItems give the first 255 characters of a long text (the rest needs GetItem). */
const rowTextLimit = 255;

/** An extended property with its value; the address is echoed as the request gave it. */
export function extendedElement(path: XmlElement, value: ExtendedValue, isRow: boolean): XmlElement {
  const shown = (text: string) => (isRow && value.type === "String" ? text.slice(0, rowTextLimit) : text);
  const content =
    typeof value.value === "string"
      ? t("Value", shown(value.value))
      : t(
          "Values",
          value.value.map((one) => t("Value", one)),
        );
  return t("ExtendedProperty", { ...path, attributes: { ...path.attributes } }, content);
}

/** Reads an ExtendedProperty of a request. */
export function readExtendedProperty(element: XmlElement): ExtendedValue {
  const address = childOf(element, "ExtendedFieldURI");
  if (!address) throw schemaViolation("The element 'ExtendedProperty' lacks its required child 'ExtendedFieldURI'.");
  const path = readPath(address);
  if (path.by !== "extended")
    throw schemaViolation("The element 'ExtendedProperty' lacks its required child 'ExtendedFieldURI'.");
  const isArray = path.type.endsWith("Array");
  const values = childOf(element, "Values");
  const single = childText(element, "Value");
  if (isArray !== (values !== undefined) || (values === undefined && single === undefined)) {
    throw new EwsError(
      "ErrorInvalidExtendedPropertyValue",
      "The value does not fit the type of the extended property.",
    );
  }
  const base = path.type.replace("Array", "");
  const value = values
    ? childrenOf(values, "Value").map((one) => checked(base, textOf(one)))
    : checked(base, single ?? "");
  return { key: path.key, type: path.type, value };
}

const forms: Record<string, RegExp> = {
  Integer: /^[+-]?\d+$/,
  Short: /^[+-]?\d+$/,
  Long: /^[+-]?\d+$/,
  Currency: /^[+-]?\d+(\.\d+)?$/,
  Double: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,
  Float: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,
  Boolean: /^(true|false|0|1)$/i,
  CLSID: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  Binary: /^[A-Za-z0-9+/\s]*={0,2}\s*$/,
};

/** The value in the form it will be given back in. */
function checked(type: string, text: string): string {
  const form = forms[type];
  const trimmed = type === "String" ? text : text.trim();
  const isBad = (form && !form.test(trimmed)) || (type === "SystemTime" && Number.isNaN(Date.parse(trimmed)));
  if (isBad) throw new EwsError("ErrorInvalidExtendedPropertyValue", `'${text}' is not a valid value of type ${type}.`);
  if (type === "Boolean") return /^(true|1)$/i.test(trimmed) ? "true" : "false";
  if (type === "SystemTime")
    return `${new Date(hasZone(trimmed) ? trimmed : `${trimmed}Z`).toISOString().slice(0, 19)}Z`;
  return trimmed;
}

function hasZone(text: string): boolean {
  return /(Z|[+-]\d\d:\d\d)$/.test(text);
}
