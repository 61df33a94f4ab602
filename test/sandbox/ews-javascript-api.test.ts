import {
  Appointment,
  BasePropertySet,
  BodyType,
  CalendarView,
  ConflictResolutionMode,
  ConnectingIdType,
  Contact,
  DateTime,
  DeleteMode,
  EmailAddress,
  EmailAddressKey,
  EmailMessage,
  ExchangeService,
  ExchangeVersion,
  Folder,
  FolderId,
  FolderView,
  ImpersonatedUserId,
  ItemId,
  ItemSchema,
  ItemView,
  MessageBody,
  PropertySet,
  SearchFilter,
  SendInvitationsMode,
  ServiceError,
  SortDirection,
  SyncFolderItemsScope,
  Task,
  Uri,
  WebCredentials,
  WellKnownFolderName,
} from "ews-javascript-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningSandbox, startSandbox } from "../../connectors/microsoft-exchange/sandbox/sandbox.ts";
import { hasEwsContract } from "./ews-contract.ts";
import { contractFindings, recordAnswers } from "./recorded-answers.ts";

let sandbox: RunningSandbox;
let answers: string[];

beforeAll(async () => {
  sandbox = await startSandbox();
  answers = recordAnswers(sandbox);
});
afterAll(async () => {
  await sandbox.stop();
});

function service(user = "alice@sandbox.example", password = "sandbox"): ExchangeService {
  const made = new ExchangeService(ExchangeVersion.Exchange2013_SP1);
  made.Credentials = new WebCredentials(user, password);
  made.Url = new Uri(sandbox.ewsUrl);
  return made;
}

describe("ews-javascript-api as a client", () => {
  it("finds folders and items", async () => {
    const ews = service();
    const inbox = await Folder.Bind(ews, WellKnownFolderName.Inbox);
    expect(inbox.DisplayName).toBe("Inbox");
    const folders = await ews.FindFolders(WellKnownFolderName.MsgFolderRoot, new FolderView(100));
    expect(folders.Folders.map((one) => one.DisplayName)).toContain("Calendar");
    const view = new ItemView(2);
    view.OrderBy.Add(ItemSchema.DateTimeReceived, SortDirection.Descending);
    const found = await ews.FindItems(
      WellKnownFolderName.Inbox,
      new SearchFilter.ContainsSubstring(ItemSchema.Subject, "Invoice"),
      view,
    );
    expect(found.TotalCount).toBe(2);
    expect(found.Items[0]?.Subject).toBe("RE: Invoice 2026-017");
  });

  it("creates, reads, updates and deletes messages", async () => {
    const ews = service();
    const message = new EmailMessage(ews);
    message.Subject = "made by a client";
    message.Body = new MessageBody(BodyType.Text, "the body");
    message.ToRecipients.Add("bob@sandbox.example");
    await message.Save(WellKnownFolderName.Drafts);
    const read = await EmailMessage.Bind(ews, new ItemId(message.Id.UniqueId));
    expect(read.Subject).toBe("made by a client");
    expect(read.ToRecipients._getItem(0).Address).toBe("bob@sandbox.example");
    read.Subject = "changed";
    await read.Update(ConflictResolutionMode.AutoResolve);
    expect((await EmailMessage.Bind(ews, new ItemId(message.Id.UniqueId))).Subject).toBe("changed");
    await read.Delete(DeleteMode.HardDelete);
    await expect(EmailMessage.Bind(ews, new ItemId(message.Id.UniqueId))).rejects.toMatchObject({
      ErrorCode: ServiceError.ErrorItemNotFound,
    });
  });

  it("sends with a copy, and as somebody else", async () => {
    const message = new EmailMessage(service());
    message.Subject = "sent by a client";
    message.Body = new MessageBody(BodyType.HTML, "hello");
    message.ToRecipients.Add("bob@sandbox.example");
    await message.SendAndSaveCopy();
    const acting = service("svc@sandbox.example");
    acting.ImpersonatedUserId = new ImpersonatedUserId(ConnectingIdType.SmtpAddress, "bob@sandbox.example");
    const found = await acting.FindItems(
      WellKnownFolderName.Inbox,
      new SearchFilter.IsEqualTo(ItemSchema.Subject, "sent by a client"),
      new ItemView(10),
    );
    expect(found.TotalCount).toBe(1);
    const whole = await EmailMessage.Bind(
      acting,
      found.Items[0]!.Id,
      new PropertySet(BasePropertySet.FirstClassProperties),
    );
    expect(whole.From.Address).toBe("alice@sandbox.example");
  });

  it("keeps appointments, contacts and tasks", async () => {
    const ews = service();
    const appointment = new Appointment(ews);
    appointment.Subject = "client event";
    appointment.Start = new DateTime(2031, 5, 5, 9, 0, 0);
    appointment.End = appointment.Start.AddHours(1);
    appointment.Location = "room";
    appointment.RequiredAttendees.Add("bob@sandbox.example");
    await appointment.Save(SendInvitationsMode.SendToAllAndSaveCopy);
    const view = new CalendarView(new DateTime(2031, 5, 5), new DateTime(2031, 5, 6));
    const seen = await ews.FindAppointments(WellKnownFolderName.Calendar, view);
    expect(seen.Items.map((one) => one.Subject)).toContain("client event");
    const bound = await Appointment.Bind(ews, appointment.Id);
    expect(bound.RequiredAttendees._getItem(0).Address).toBe("bob@sandbox.example");

    const contact = new Contact(ews);
    contact.GivenName = "Client";
    contact.Surname = "Made";
    contact.EmailAddresses._setItem(EmailAddressKey.EmailAddress1, new EmailAddress("client@made.example"));
    await contact.Save();
    const contactRead = await Contact.Bind(ews, contact.Id);
    expect(contactRead.DisplayName).toBe("Client Made");
    expect(contactRead.EmailAddresses._getItem(EmailAddressKey.EmailAddress1).Address).toBe("client@made.example");

    const task = new Task(ews);
    task.Subject = "client task";
    await task.Save();
    expect((await Task.Bind(ews, task.Id)).Subject).toBe("client task");
  });

  it("synchronises a folder", async () => {
    const ews = service();
    const sync = (state: string) =>
      ews.SyncFolderItems(
        new FolderId(WellKnownFolderName.Drafts),
        PropertySet.IdOnly,
        null as never,
        100,
        SyncFolderItemsScope.NormalItems,
        state,
      );
    const first = await sync(null as never);
    const message = new EmailMessage(ews);
    message.Subject = "to be noticed";
    await message.Save(WellKnownFolderName.Drafts);
    const second = await sync(first.SyncState);
    expect(second.Count).toBe(1);
    expect((await sync(second.SyncState)).Count).toBe(0);
  });

  it("resolves names, and understands faults", async () => {
    const names = await service().ResolveName("alice");
    expect(names._getItem(0).Mailbox.Address).toBe("alice@sandbox.example");
    const denied = service("bob@sandbox.example");
    denied.ImpersonatedUserId = new ImpersonatedUserId(ConnectingIdType.SmtpAddress, "alice@sandbox.example");
    await expect(Folder.Bind(denied, WellKnownFolderName.Inbox)).rejects.toMatchObject({
      message: expect.stringContaining("impersonate"),
    });
    await expect(Folder.Bind(service("alice@sandbox.example", "wrong"), WellKnownFolderName.Inbox)).rejects.toThrow();
  });

  it.skipIf(!hasEwsContract)("got answers that are valid by Microsoft's schemas", () => {
    expect(answers.length).toBeGreaterThan(15);
    expect(contractFindings(answers)).toEqual([]);
  });
});
