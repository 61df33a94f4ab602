import type { FakeItem } from "./items.ts";

/** The JSON of a message as Graph lists it, with its body or without. */
export function graphJson(item: FakeItem, withBody: boolean): string {
  const sender = { emailAddress: { name: item.senderName, address: item.senderAddress } };
  return JSON.stringify({
    "@odata.etag": `W/"${item.changeKey}"`,
    id: item.id,
    createdDateTime: item.at,
    lastModifiedDateTime: item.at,
    changeKey: item.changeKey,
    categories: [],
    receivedDateTime: item.at,
    sentDateTime: item.at,
    hasAttachments: false,
    internetMessageId: item.messageId,
    subject: item.subject,
    bodyPreview: item.body.slice(0, 255),
    importance: "normal",
    parentFolderId: "AAMkADFolderInbox0000000000000000000000000000000000000000000000000000000000AAA=",
    conversationId: item.conversationId,
    isDeliveryReceiptRequested: false,
    isReadReceiptRequested: false,
    isRead: item.isRead,
    isDraft: false,
    webLink: `https://outlook.office365.example/owa/?ItemID=${item.id}&exvsurl=1&viewmodel=ReadMessageItem`,
    inferenceClassification: "focused",
    ...(withBody && { body: { contentType: "text", content: item.body } }),
    sender,
    from: sender,
    toRecipients: [{ emailAddress: { name: "Alice", address: "alice@fake.example" } }],
    flag: { flagStatus: "notFlagged" },
  });
}
