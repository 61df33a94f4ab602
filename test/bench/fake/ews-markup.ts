import type { FakeItem } from "./items.ts";

const folderKey = "AAMkADFolderInbox0000000000000000000000000000000000000000000000000000000000000000000000AAA=";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Text as Exchange writes it. */
export const escapeXml = (text: string): string =>
  text.replace(/[&<>]/g, (character) => escapes[character] ?? character);

const itemId = ({ id, changeKey }: FakeItem): string => `<t:ItemId Id="${id}" ChangeKey="${changeKey}"/>`;

/** What FindItem says of an item, or with its body what GetItem says. */
function message(item: FakeItem, body: string): string {
  const subject = escapeXml(item.subject);
  const sender = `<t:Mailbox><t:Name>${escapeXml(item.senderName)}</t:Name><t:EmailAddress>${item.senderAddress}</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType><t:MailboxType>Mailbox</t:MailboxType></t:Mailbox>`;
  return (
    `<t:Message>${itemId(item)}<t:ParentFolderId Id="${folderKey}" ChangeKey="AQAAAA=="/>` +
    `<t:ItemClass>IPM.Note</t:ItemClass><t:Subject>${subject}</t:Subject><t:Sensitivity>Normal</t:Sensitivity>${body}` +
    `<t:DateTimeReceived>${item.at}</t:DateTimeReceived><t:Size>${item.size}</t:Size>` +
    `<t:Importance>Normal</t:Importance><t:IsSubmitted>false</t:IsSubmitted><t:IsDraft>false</t:IsDraft>` +
    `<t:IsFromMe>false</t:IsFromMe><t:IsResend>false</t:IsResend><t:IsUnmodified>true</t:IsUnmodified>` +
    `<t:DateTimeSent>${item.at}</t:DateTimeSent><t:DateTimeCreated>${item.at}</t:DateTimeCreated>` +
    `<t:ReminderIsSet>false</t:ReminderIsSet><t:DisplayCc/><t:DisplayTo>Alice</t:DisplayTo>` +
    `<t:HasAttachments>false</t:HasAttachments><t:LastModifiedName>${escapeXml(item.senderName)}</t:LastModifiedName>` +
    `<t:LastModifiedTime>${item.at}</t:LastModifiedTime><t:ConversationId Id="${item.conversationId}"/>` +
    `<t:Sender>${sender}</t:Sender><t:IsReadReceiptRequested>false</t:IsReadReceiptRequested>` +
    `<t:ConversationTopic>${subject}</t:ConversationTopic><t:From>${sender}</t:From>` +
    `<t:InternetMessageId>${escapeXml(item.messageId)}</t:InternetMessageId><t:IsRead>${item.isRead}</t:IsRead></t:Message>`
  );
}

/** An item as an element of the protocol. */
export const ewsMarkup = {
  listed: (item: FakeItem): string => message(item, ""),
  whole: (item: FakeItem): string => message(item, `<t:Body BodyType="Text">${escapeXml(item.body)}</t:Body>`),
  id: (item: FakeItem): string => `<t:Message>${itemId(item)}</t:Message>`,
};

const head =
  '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>' +
  '<h:ServerVersionInfo MajorVersion="15" MinorVersion="1" MajorBuildNumber="2507" MinorBuildNumber="6" Version="V2017_07_11" ' +
  'xmlns:h="http://schemas.microsoft.com/exchange/services/2006/types"/></s:Header><s:Body>';

const namespaces =
  'xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"';

/** Start and end of the answer to an operation. */
export const answerParts = (operation: string): readonly [string, string] => [
  `${head}<m:${operation}Response ${namespaces}><m:ResponseMessages>`,
  `</m:ResponseMessages></m:${operation}Response></s:Body></s:Envelope>`,
];

/** One response message that succeeded. */
export const succeeded = (operation: string, content: string): string =>
  `<m:${operation}ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>${content}</m:${operation}ResponseMessage>`;

/** A fault that says the server has no capacity now. */
export const busyFault = `${head}<s:Fault><faultcode>a:ErrorServerBusy</faultcode><faultstring>Too busy</faultstring><detail><e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">ErrorServerBusy</e:ResponseCode></detail></s:Fault></s:Body></s:Envelope>`;
