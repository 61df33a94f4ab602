import {
  BasePropertySet,
  BodyType,
  EmailMessage,
  EmailMessageSchema,
  ExchangeService,
  ExchangeVersion,
  FolderId,
  type Item,
  ItemSchema,
  ItemView,
  MessageBody,
  MessageDisposition,
  PropertySet,
  SendInvitationsMode,
  Uri,
  WebCredentials,
  WellKnownFolderName,
} from "ews-javascript-api";
import { newMessage } from "./ews-requests.ts";
import { PackedFile } from "./packed-file.ts";

function serviceAt(url: string): ExchangeService {
  const service = new ExchangeService(ExchangeVersion.Exchange2013_SP1);
  service.Credentials = new WebCredentials("alice@fake.example", "x");
  service.Url = new Uri(`${url}/EWS/Exchange.asmx`);
  return service;
}

const listed = [
  ItemSchema.ItemClass,
  ItemSchema.Subject,
  ItemSchema.Sensitivity,
  ItemSchema.DateTimeReceived,
  ItemSchema.Size,
  ItemSchema.Importance,
  ItemSchema.IsSubmitted,
  ItemSchema.IsDraft,
  ItemSchema.IsFromMe,
  ItemSchema.DateTimeSent,
  ItemSchema.DateTimeCreated,
  ItemSchema.IsReminderSet,
  ItemSchema.DisplayTo,
  ItemSchema.HasAttachments,
  ItemSchema.LastModifiedName,
  ItemSchema.LastModifiedTime,
  ItemSchema.ParentFolderId,
  ItemSchema.ConversationId,
  EmailMessageSchema.Sender,
  EmailMessageSchema.IsReadReceiptRequested,
  EmailMessageSchema.ConversationTopic,
  EmailMessageSchema.From,
  EmailMessageSchema.InternetMessageId,
  EmailMessageSchema.IsRead,
];

/** The same columns as text; times as this library prints them, so its rows are counted and not compared. */
function frame(item: Item): string {
  const message = item as EmailMessage;
  return JSON.stringify({
    ItemId: item.Id.UniqueId,
    ItemChangeKey: item.Id.ChangeKey,
    ParentFolderId: item.ParentFolderId?.UniqueId,
    ItemClass: item.ItemClass,
    Subject: item.Subject,
    Sensitivity: item.Sensitivity,
    DateTimeReceived: item.DateTimeReceived?.ToISOString(),
    Size: item.Size,
    Importance: item.Importance,
    IsSubmitted: item.IsSubmitted,
    IsDraft: item.IsDraft,
    IsFromMe: item.IsFromMe,
    DateTimeSent: item.DateTimeSent?.ToISOString(),
    DateTimeCreated: item.DateTimeCreated?.ToISOString(),
    ReminderIsSet: item.IsReminderSet,
    DisplayTo: item.DisplayTo,
    HasAttachments: item.HasAttachments,
    LastModifiedName: item.LastModifiedName,
    LastModifiedTime: item.LastModifiedTime?.ToISOString(),
    ConversationId: item.ConversationId?.UniqueId,
    SenderName: message.Sender?.Name,
    IsReadReceiptRequested: message.IsReadReceiptRequested,
    ConversationTopic: message.ConversationTopic,
    FromName: message.From?.Name,
    InternetMessageId: message.InternetMessageId,
    IsRead: message.IsRead,
  });
}

/** Reads a list with ews-javascript-api into a file. */
export async function readListWithPeer(url: string, limit: number, file: string): Promise<number> {
  const service = serviceAt(url);
  const out = new PackedFile(file);
  let rows = 0;
  for (let offset = 0; offset < limit; ) {
    const view = new ItemView(Math.min(1000, limit - offset), offset);
    view.PropertySet = new PropertySet(BasePropertySet.IdOnly, listed);
    const found = await service.FindItems(WellKnownFolderName.Inbox, view);
    for (const item of found.Items) out.line(frame(item));
    rows += found.Items.length;
    if (!found.MoreAvailable) break;
    offset = found.NextPageOffset;
  }
  out.close();
  return rows;
}

/** Reads items with their bodies: pages of ids, then batches of 100. */
export async function readBodiesWithPeer(url: string, limit: number, file: string): Promise<number> {
  const service = serviceAt(url);
  const out = new PackedFile(file);
  const shape = new PropertySet(BasePropertySet.IdOnly, [...listed, ItemSchema.Body]);
  shape.RequestedBodyType = BodyType.Text;
  let rows = 0;
  for (let offset = 0; offset < limit; offset += 1000) {
    const view = new ItemView(Math.min(1000, limit - offset), offset);
    view.PropertySet = new PropertySet(BasePropertySet.IdOnly);
    const { Items: items } = await service.FindItems(WellKnownFolderName.Inbox, view);
    for (let at = 0; at < items.length; at += 100) {
      const batch = items.slice(at, at + 100);
      await service.LoadPropertiesForItems(batch, shape);
      for (const item of batch) out.line(frame(item) + JSON.stringify(item.Body.Text));
      rows += batch.length;
    }
  }
  out.close();
  return rows;
}

/** Creates messages in batches of 100. */
export async function createWithPeer(url: string, count: number): Promise<number> {
  const service = serviceAt(url);
  let made = 0;
  for (let at = 0; at < count; at += 100) {
    const messages = Array.from({ length: Math.min(100, count - at) }, (_, index) => {
      const { Subject, Body } = newMessage(at + index);
      const message = new EmailMessage(service);
      // It does not escape what it writes.
      message.Subject = Subject.replaceAll(/[&<>]/g, "+");
      message.Body = new MessageBody(BodyType.Text, Body.replaceAll(/[&<>]/g, "+"));
      return message;
    });
    const inbox = new FolderId(WellKnownFolderName.Inbox);
    const answer = await service.CreateItems(
      messages,
      inbox,
      MessageDisposition.SaveOnly,
      SendInvitationsMode.SendToNone,
    );
    made += answer.Count;
  }
  return made;
}
