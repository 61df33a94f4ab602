import type { Row } from "#spi";
import { RowReader } from "../row-reader.ts";

/** Folder elements by the class they hold; any other class is a plain folder of that class. */
const elements: readonly (readonly [RegExp, string])[] = [
  [/^IPF\.Appointment\b/i, "CalendarFolder"],
  [/^IPF\.Contact\b/i, "ContactsFolder"],
  [/^IPF\.Task\b/i, "TasksFolder"],
];

/** The key an outcome tells. */
export const folderKey = ({ id, changeKey }: { readonly id: string; readonly changeKey: string | undefined }): Row => ({
  FolderId: id,
  ...(changeKey === undefined ? {} : { FolderChangeKey: changeKey }),
});

/** Reads folder ids alone. */
export const ids = () => new RowReader([], { idElement: "FolderId" });

/** The element a folder of that class is. */
export const folderElement = (folderClass: string | undefined): string =>
  elements.find(([pattern]) => pattern.test(folderClass ?? ""))?.[1] ?? "Folder";
