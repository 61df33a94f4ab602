import { type EwsColumn, fieldOf, type PropertyPath } from "./binding.ts";
import { element, leaf, type Xml } from "./write-xml.ts";

/** `t:FieldURI` or `t:IndexedFieldURI`. */
export const propertyPath = ({ uri, index }: PropertyPath): Xml =>
  index === undefined
    ? element("t:FieldURI", { FieldURI: uri })
    : element("t:IndexedFieldURI", { FieldURI: uri, FieldIndex: index });

/** Extended properties of our own; see recognition.ts. */
export const extendedPath = (propertySetId: string, propertyName: string): Xml =>
  element("t:ExtendedFieldURI", { PropertySetId: propertySetId, PropertyName: propertyName, PropertyType: "String" });

const idUris: ReadonlySet<string> = new Set(["item:ItemId", "folder:FolderId"]);
const mimeUri = "item:MimeContent";

export interface ShapeOptions {
  readonly bodyType?: "Best" | "HTML" | "Text";
  readonly more?: readonly Xml[];
}

export const asksForMime = (columns: readonly EwsColumn[]): boolean =>
  columns.some((column) => fieldOf(column).path?.uri === mimeUri);

/** The distinct properties of columns, without those every shape has. */
function additionalProperties(columns: readonly EwsColumn[]): Xml[] {
  const paths = new Map<string, PropertyPath>();
  for (const column of columns) {
    const { path } = fieldOf(column);
    if (path === undefined || idUris.has(path.uri) || path.uri === mimeUri) continue;
    paths.set(path.index === undefined ? path.uri : `${path.uri}\n${path.index}`, path);
  }
  return [...paths.values()].map(propertyPath);
}

/** Asks for ids and exactly the properties of these columns. */
export function itemShape(columns: readonly EwsColumn[], options: ShapeOptions = {}): Xml {
  const additional = [...additionalProperties(columns), ...(options.more ?? [])];
  return element(
    "m:ItemShape",
    undefined,
    leaf("t:BaseShape", "IdOnly"),
    asksForMime(columns) ? leaf("t:IncludeMimeContent", true) : undefined,
    options.bodyType === undefined ? undefined : leaf("t:BodyType", options.bodyType),
    additional.length === 0 ? undefined : element("t:AdditionalProperties", undefined, additional),
  );
}

export function folderShape(columns: readonly EwsColumn[], more: readonly Xml[] = []): Xml {
  const additional = [...additionalProperties(columns), ...more];
  return element(
    "m:FolderShape",
    undefined,
    leaf("t:BaseShape", "IdOnly"),
    additional.length === 0 ? undefined : element("t:AdditionalProperties", undefined, additional),
  );
}
