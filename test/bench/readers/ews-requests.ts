import type { EwsBenchColumn } from "../columns.ts";
import { escapeXml } from "../fake/ews-markup.ts";

const envelope = (body: string): string =>
  '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
  'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" ' +
  'xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Header>' +
  `<t:RequestServerVersion Version="Exchange2013_SP1"/></s:Header><s:Body>${body}</s:Body></s:Envelope>`;

function shape(columns: readonly EwsBenchColumn[]): string {
  const names = [...new Set(columns.map(({ path }) => path.split("/")[0]))].filter((name) => name !== "ItemId");
  const uris = names.map((name) => `<t:FieldURI FieldURI="item:${name}"/>`).join("");
  const more = uris === "" ? "" : `<t:AdditionalProperties>${uris}</t:AdditionalProperties>`;
  return `<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape>${more}</m:ItemShape>`;
}

/** A page of the inbox. */
export const findMarkup = (columns: readonly EwsBenchColumn[], offset: number, count: number): string =>
  envelope(
    `<m:FindItem Traversal="Shallow">${shape(columns)}` +
      `<m:IndexedPageItemView MaxEntriesReturned="${count}" Offset="${offset}" BasePoint="Beginning"/>` +
      '<m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>',
  );

/** Items by id. */
export const getMarkup = (columns: readonly EwsBenchColumn[], ids: readonly string[]): string =>
  envelope(
    `<m:GetItem>${shape(columns)}<m:ItemIds>${ids.map((id) => `<t:ItemId Id="${id}"/>`).join("")}</m:ItemIds></m:GetItem>`,
  );

/** The message number `index` of a bulk creation; its body has 4 KB. */
export const newMessage = (index: number) => ({
  Subject: `Bulk message ${index} & <more>`,
  Body: `Line ${index} of the body, with "quotes" & <angles> and Grüße. `.repeat(64),
  BodyType: "Text",
});

/** CreateItem for some messages. */
export function createMarkup(from: number, count: number): string {
  const items = Array.from({ length: count }, (_, at) => {
    const { Subject, Body } = newMessage(from + at);
    return `<t:Message><t:Subject>${escapeXml(Subject)}</t:Subject><t:Body BodyType="Text">${escapeXml(Body)}</t:Body></t:Message>`;
  });
  return envelope(
    '<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId><t:DistinguishedFolderId Id="inbox"/>' +
      `</m:SavedItemFolderId><m:Items>${items.join("")}</m:Items></m:CreateItem>`,
  );
}
