import type { Item, ItemFields } from "./model.ts";

/** A copy of an item's fields that shares nothing that could be changed; attachments get ids of their own again. */
export function cloneFields(item: Item): ItemFields {
  const { kind, id, folderId, changeNumber, addedNumber, contentNumber, articleNumber, entryNumber, ...rest } = item;
  const { createdAt, modifiedAt, modifiedBy, mime, attachments, ...fields } = rest;
  // Buffers lose their class in structuredClone and are never changed in place, so they are shared
  const copy: ItemFields = {
    ...structuredCloneKeepingBuffers(fields),
    attachments: attachments.map((one) => ({ ...one })),
  };
  if (mime) copy.mime = mime;
  return copy;
}

function structuredCloneKeepingBuffers<T>(value: T): T {
  if (Buffer.isBuffer(value) || value === null || typeof value !== "object") return value;
  if (value instanceof Date) return value;
  if (value instanceof Map) {
    return new Map([...value].map(([key, one]) => [key, structuredCloneKeepingBuffers(one)])) as T;
  }
  if (Array.isArray(value)) return value.map(structuredCloneKeepingBuffers) as T;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, structuredCloneKeepingBuffers(one)])) as T;
}
