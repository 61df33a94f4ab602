import { describe, expect, it } from "vitest";
import { useSandbox } from "./raw-ews.ts";

const { call } = useSandbox();

async function create(
  items: string,
  attributes = 'MessageDisposition="SaveOnly" SendMeetingInvitations="SendToNone"',
  folder = "",
): Promise<string> {
  const answer = await call(`<m:CreateItem ${attributes}>${folder}<m:Items>${items}</m:Items></m:CreateItem>`);
  expect(answer.codes).toEqual(["NoError"]);
  return answer.attributes("ItemId", "Id")[0] ?? "";
}

function getItem(id: string, shape = "<t:BaseShape>AllProperties</t:BaseShape>") {
  return call(
    `<m:GetItem><m:ItemShape>${shape}</m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
  );
}

const distinguished = (name: string) => `<t:DistinguishedFolderId Id="${name}"/>`;

describe("messages", () => {
  it("keeps every field, and text byte for byte", async () => {
    const id = await create(`<t:Message>
      <t:ItemClass>IPM.Note</t:ItemClass><t:Subject>Grüße &amp; &lt;mehr&gt;</t:Subject><t:Sensitivity>Private</t:Sensitivity>
      <t:Body BodyType="Text">one&#xD;
two&#xD;&#xD;three  </t:Body>
      <t:Categories><t:String>Red</t:String><t:String>Blue</t:String></t:Categories><t:Importance>High</t:Importance>
      <t:ReminderDueBy>2031-01-02T03:04:05Z</t:ReminderDueBy><t:ReminderIsSet>true</t:ReminderIsSet>
      <t:ExtendedProperty><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="mine" PropertyType="String"/><t:Value>x</t:Value></t:ExtendedProperty>
      <t:ExtendedProperty><t:ExtendedFieldURI PropertySetId="11111111-2222-3333-4444-555555555555" PropertyId="7" PropertyType="IntegerArray"/><t:Values><t:Value>1</t:Value><t:Value>2</t:Value></t:Values></t:ExtendedProperty>
      <t:ToRecipients><t:Mailbox><t:Name>Bob</t:Name><t:EmailAddress>bob@sandbox.example</t:EmailAddress></t:Mailbox></t:ToRecipients>
      <t:CcRecipients><t:Mailbox><t:EmailAddress>cc@else.example</t:EmailAddress></t:Mailbox></t:CcRecipients>
      <t:BccRecipients><t:Mailbox><t:EmailAddress>bcc@else.example</t:EmailAddress></t:Mailbox></t:BccRecipients>
      <t:IsReadReceiptRequested>true</t:IsReadReceiptRequested><t:IsRead>false</t:IsRead>
    </t:Message>`);
    const answer = await getItem(
      id,
      `<t:BaseShape>AllProperties</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="mine" PropertyType="String"/><t:ExtendedFieldURI PropertySetId="11111111-2222-3333-4444-555555555555" PropertyId="7" PropertyType="IntegerArray"/><t:ExtendedFieldURI PropertyTag="3591" PropertyType="Integer"/></t:AdditionalProperties>`,
    );
    expect(answer.texts("Subject")).toEqual(["Grüße & <mehr>"]);
    expect(answer.texts("Body")).toEqual(["one\r\ntwo\r\r\nthree  ".replace("\r\r\n", "\r\r")]);
    expect(answer.text).toContain("one&#xD;\ntwo&#xD;&#xD;three  ");
    expect(answer.texts("Sensitivity")).toEqual(["Private"]);
    expect(answer.texts("Importance")).toEqual(["High"]);
    expect(answer.texts("String")).toEqual(["Red", "Blue"]);
    expect(answer.texts("Value")).toEqual(["x", "1", "2", "8"]);
    expect(answer.texts("EmailAddress")).toEqual(
      expect.arrayContaining(["bob@sandbox.example", "cc@else.example", "bcc@else.example"]),
    );
    expect(answer.texts("IsDraft")).toEqual(["true"]);
    expect(answer.attribute("ExtendedFieldURI", "PropertyTag")).toBe("3591");
  });

  it("gives summaries only in FindItem", async () => {
    const answer = await call(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="item:Body"/><t:FieldURI FieldURI="message:ToRecipients"/></t:AdditionalProperties></m:ItemShape><m:ParentFolderIds>${distinguished("inbox")}</m:ParentFolderIds></m:FindItem>`,
    );
    expect(answer.texts("DisplayTo")[0]).toBe("Alice Archer");
    expect(answer.text).not.toMatch(/<t:Body|<t:ToRecipients|<t:Attachments|<t:EmailAddress>/);
    const refused = await call(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="item:TextBody"/></t:AdditionalProperties></m:ItemShape><m:ParentFolderIds>${distinguished("inbox")}</m:ParentFolderIds></m:FindItem>`,
    );
    expect(refused.codes).toEqual(["ErrorInvalidPropertyForOperation"]);
  });

  it("sends: a copy in Sent Items, one in the recipient's inbox, a report for an unknown one", async () => {
    const sent = await call(
      `<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:Message><t:Subject>off it goes</t:Subject><t:Body BodyType="HTML">&lt;b&gt;hi&lt;/b&gt;</t:Body><t:ToRecipients><t:Mailbox><t:EmailAddress>bob@sandbox.example</t:EmailAddress></t:Mailbox><t:Mailbox><t:EmailAddress>nobody@sandbox.example</t:EmailAddress></t:Mailbox></t:ToRecipients></t:Message></m:Items></m:CreateItem>`,
    );
    expect(sent.codes).toEqual(["NoError"]);
    expect(sent.text).toContain("<m:Items/>");
    const find = (folder: string, subject: string, user: string) =>
      call(
        `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="item:ItemClass"/></t:AdditionalProperties></m:ItemShape><m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="item:Subject"/><t:FieldURIOrConstant><t:Constant Value="${subject}"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction><m:ParentFolderIds>${distinguished(folder)}</m:ParentFolderIds></m:FindItem>`,
        { user },
      );
    const inBob = await find("inbox", "off it goes", "bob@sandbox.example");
    expect(inBob.texts("IsRead")).toEqual(["false"]);
    expect((await find("sentitems", "off it goes", "alice@sandbox.example")).texts("IsRead")).toEqual(["true"]);
    const report = await find("inbox", "Undeliverable: off it goes", "alice@sandbox.example");
    expect(report.texts("ItemClass")).toEqual(["REPORT.IPM.Note.NDR"]);
    const [id = ""] = inBob.attributes("ItemId", "Id");
    const whole = await call(
      `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
      { user: "bob@sandbox.example" },
    );
    expect(whole.texts("Body")).toEqual(["<b>hi</b>"]);
    expect(whole.attributes("InternetMessageHeader", "HeaderName")).toEqual(
      expect.arrayContaining(["Received", "From", "To", "Message-ID"]),
    );
    expect(Buffer.from(whole.texts("MimeContent")[0] ?? "", "base64").toString()).toContain("Subject: off it goes");
  });

  it("asks for the change key and refuses a stale one", async () => {
    const id = await create(
      `<t:Message><t:Subject>draft</t:Subject><t:ToRecipients><t:Mailbox><t:EmailAddress>bob@sandbox.example</t:EmailAddress></t:Mailbox></t:ToRecipients></t:Message>`,
    );
    const key = (await getItem(id, "<t:BaseShape>IdOnly</t:BaseShape>")).attribute("ItemId", "ChangeKey");
    const update = (changeKey: string, resolution: string) =>
      call(
        `<m:UpdateItem ConflictResolution="${resolution}" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}"${changeKey}/><t:Updates><t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:Message><t:Subject>changed</t:Subject></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
      );
    expect((await update("", "AutoResolve")).codes).toEqual(["ErrorChangeKeyRequired"]);
    const first = await update(` ChangeKey="${key}"`, "NeverOverwrite");
    expect(first.codes).toEqual(["NoError"]);
    expect(first.texts("Count")).toEqual(["0"]);
    expect(first.attribute("ItemId", "ChangeKey")).not.toBe(key);
    expect((await update(` ChangeKey="${key}"`, "NeverOverwrite")).codes).toEqual(["ErrorIrresolvableConflict"]);
    expect((await update(` ChangeKey="${key}"`, "AutoResolve")).codes).toEqual(["ErrorIrresolvableConflict"]);
    expect((await update(' ChangeKey="AAAA"', "AutoResolve")).codes).toEqual(["ErrorInvalidChangeKey"]);
    expect((await update("", "AlwaysOverwrite")).codes).toEqual(["NoError"]);
    const send = (changeKey: string) =>
      call(
        `<m:SendItem SaveItemToFolder="true"><m:ItemIds><t:ItemId Id="${id}"${changeKey}/></m:ItemIds></m:SendItem>`,
      );
    expect((await send("")).codes).toEqual(["ErrorChangeKeyRequired"]);
    expect((await send(` ChangeKey="${key}"`)).codes).toEqual(["ErrorStaleObject"]);
    const now = (await getItem(id, "<t:BaseShape>IdOnly</t:BaseShape>")).attribute("ItemId", "ChangeKey");
    expect((await send(` ChangeKey="${now}"`)).codes).toEqual(["NoError"]);
    expect((await getItem(id)).codes).toEqual(["ErrorItemNotFound"]);
  });

  it("answers one message per id, in order", async () => {
    const id = await create("<t:Message><t:Subject>there</t:Subject></t:Message>");
    const gone = await create("<t:Message><t:Subject>gone</t:Subject></t:Message>");
    await call(`<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="${gone}"/></m:ItemIds></m:DeleteItem>`);
    const folder = (
      await call(
        `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>${distinguished("inbox")}</m:FolderIds></m:GetFolder>`,
      )
    ).attribute("FolderId", "Id");
    const answer = await call(
      `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${gone}"/><t:ItemId Id="${id}"/><t:ItemId Id="rubbish"/><t:ItemId Id="${folder}"/><t:ItemId Id=""/></m:ItemIds></m:GetItem>`,
    );
    expect(answer.codes).toEqual([
      "ErrorItemNotFound",
      "NoError",
      "ErrorInvalidIdMalformed",
      "ErrorCannotUseFolderIdForItemId",
      "ErrorInvalidIdEmpty",
    ]);
    expect((await getItem(id.toLowerCase())).codes[0]).not.toBe("NoError");
  });

  it("replies and forwards with the thread kept", async () => {
    const inbox = await call(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:Restriction><t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase"><t:FieldURI FieldURI="item:Subject"/><t:Constant Value="LUNCH"/></t:Contains></m:Restriction><m:ParentFolderIds>${distinguished("inbox")}</m:ParentFolderIds></m:FindItem>`,
    );
    const reference = `<t:ReferenceItemId Id="${inbox.attribute("ItemId", "Id")}" ChangeKey="${inbox.attribute("ItemId", "ChangeKey")}"/>`;
    const reply = await call(
      `<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:ReplyToItem>${reference}<t:NewBodyContent BodyType="HTML">yes!</t:NewBodyContent></t:ReplyToItem><t:ForwardItem><t:ToRecipients><t:Mailbox><t:EmailAddress>bob@sandbox.example</t:EmailAddress></t:Mailbox></t:ToRecipients>${reference}</t:ForwardItem></m:Items></m:CreateItem>`,
    );
    expect(reply.codes).toEqual(["NoError", "NoError"]);
    const whole = await getItem(reply.attribute("ItemId", "Id"));
    expect(whole.texts("Subject")).toEqual(["RE: Lunch on Friday?"]);
    expect(whole.texts("ConversationTopic")).toEqual(["Lunch on Friday?"]);
    expect(whole.texts("EmailAddress")).toContain("bob@sandbox.example");
    expect(whole.texts("Body")[0]).toMatch(/^yes!.*The Italian place/s);
  });

  it("takes a message as MIME alone, and gives the very bytes back", async () => {
    const mime =
      "From: Alice <alice@sandbox.example>\r\nTo: bob@sandbox.example\r\nSubject: =?utf-8?B?w6TDtsO8?=\r\nMessage-ID: <one@sandbox.example>\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\u00fc\u00dfe\r\n";
    const bytes = Buffer.from(mime, "latin1");
    const id = await create(
      `<t:Message><t:MimeContent CharacterSet="UTF-8">${bytes.toString("base64")}</t:MimeContent></t:Message>`,
    );
    const answer = await getItem(
      id,
      "<t:BaseShape>AllProperties</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent>",
    );
    expect(answer.texts("Subject")).toEqual(["äöü"]);
    expect(answer.texts("Body")[0]?.trim()).toBe("Grüße");
    expect(answer.texts("InternetMessageId")).toEqual(["<one@sandbox.example>"]);
    expect(Buffer.from(answer.texts("MimeContent")[0] ?? "", "base64").equals(bytes)).toBe(true);
  });
});

describe("other kinds", () => {
  it("keeps every field of a contact", async () => {
    const id =
      await create(`<t:Contact><t:FileAs>Q, Q</t:FileAs><t:DisplayName>Quinn Q</t:DisplayName><t:GivenName>Quinn</t:GivenName><t:Initials>QQ</t:Initials><t:MiddleName>M</t:MiddleName><t:Nickname>Q</t:Nickname><t:CompanyName>Q Ltd</t:CompanyName>
      <t:EmailAddresses><t:Entry Key="EmailAddress1" Name="Q one">q1@q.example</t:Entry><t:Entry Key="EmailAddress3">q3@q.example</t:Entry></t:EmailAddresses>
      <t:PhysicalAddresses><t:Entry Key="Home"><t:Street>1 Q St</t:Street><t:City>Qtown</t:City><t:State>Q</t:State><t:CountryOrRegion>QQ</t:CountryOrRegion><t:PostalCode>111</t:PostalCode></t:Entry></t:PhysicalAddresses>
      <t:PhoneNumbers><t:Entry Key="MobilePhone">+1</t:Entry><t:Entry Key="IPPhone">+2</t:Entry></t:PhoneNumbers><t:AssistantName>As</t:AssistantName><t:Birthday>1980-02-03T00:00:00Z</t:Birthday><t:BusinessHomePage>http://q.example/</t:BusinessHomePage>
      <t:Children><t:String>A</t:String><t:String>B</t:String></t:Children><t:Companies><t:String>C1</t:String></t:Companies><t:Department>Dep</t:Department><t:Generation>III</t:Generation><t:ImAddresses><t:Entry Key="ImAddress1">im@q</t:Entry></t:ImAddresses><t:JobTitle>Job</t:JobTitle><t:Manager>Man</t:Manager><t:Mileage>9</t:Mileage><t:OfficeLocation>Off</t:OfficeLocation><t:PostalAddressIndex>Home</t:PostalAddressIndex><t:Profession>Prof</t:Profession><t:SpouseName>Sp</t:SpouseName><t:Surname>Q</t:Surname><t:WeddingAnniversary>2001-02-03T00:00:00Z</t:WeddingAnniversary></t:Contact>`);
    const answer = await getItem(id);
    const wanted: Record<string, string[]> = {
      FileAs: ["Q, Q"],
      GivenName: ["Quinn"],
      Entry: ["q1@q.example", "q3@q.example", "+1", "+2", "im@q"],
      String: ["A", "B", "C1"],
      Street: ["1 Q St"],
      PostalCode: ["111"],
      Birthday: ["1980-02-03T00:00:00Z"],
      Manager: ["Man"],
      PostalAddressIndex: ["Home"],
      Profession: ["Prof"],
      SpouseName: ["Sp"],
      WeddingAnniversary: ["2001-02-03T00:00:00Z"],
      Mileage: ["9"],
      Generation: ["III"],
    };
    for (const [element, values] of Object.entries(wanted)) expect(answer.texts(element), element).toEqual(values);
    const key = answer.attribute("ItemId", "ChangeKey");
    const update =
      await call(`<m:UpdateItem ConflictResolution="AutoResolve"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}" ChangeKey="${key}"/><t:Updates>
      <t:SetItemField><t:IndexedFieldURI FieldURI="contacts:EmailAddress" FieldIndex="EmailAddress2"/><t:Contact><t:EmailAddresses><t:Entry Key="EmailAddress2">q2@q.example</t:Entry></t:EmailAddresses></t:Contact></t:SetItemField>
      <t:DeleteItemField><t:IndexedFieldURI FieldURI="contacts:PhysicalAddress:City" FieldIndex="Home"/></t:DeleteItemField>
      <t:DeleteItemField><t:FieldURI FieldURI="contacts:Manager"/></t:DeleteItemField>
      </t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`);
    expect(update.codes).toEqual(["NoError"]);
    const after = await getItem(
      id,
      `<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="contacts:Manager"/><t:IndexedFieldURI FieldURI="contacts:EmailAddress" FieldIndex="EmailAddress2"/><t:IndexedFieldURI FieldURI="contacts:PhysicalAddress:Street" FieldIndex="Home"/><t:IndexedFieldURI FieldURI="contacts:PhysicalAddress:City" FieldIndex="Home"/></t:AdditionalProperties>`,
    );
    expect(after.texts("Entry")).toEqual(["q2@q.example"]);
    expect(after.texts("Street")).toEqual(["1 Q St"]);
    expect(after.text).not.toMatch(/Manager|City/);
  });

  it("keeps tasks in step: percentage, status, completion", async () => {
    const id = await create(
      `<t:Task><t:Subject>do it</t:Subject><t:ActualWork>30</t:ActualWork><t:BillingInformation>bill</t:BillingInformation><t:Companies><t:String>c</t:String></t:Companies><t:DueDate>2031-05-01T00:00:00Z</t:DueDate><t:Mileage>12</t:Mileage><t:PercentComplete>50</t:PercentComplete><t:Recurrence><t:WeeklyRecurrence><t:Interval>2</t:Interval><t:DaysOfWeek>Monday Friday</t:DaysOfWeek></t:WeeklyRecurrence><t:NoEndRecurrence><t:StartDate>2031-04-01</t:StartDate></t:NoEndRecurrence></t:Recurrence><t:StartDate>2031-04-01T00:00:00Z</t:StartDate><t:TotalWork>90</t:TotalWork></t:Task>`,
    );
    const before = await getItem(id);
    expect(before.texts("Status")).toEqual(["InProgress"]);
    expect(before.texts("Owner")).toEqual(["Alice Archer"]);
    expect(before.texts("DaysOfWeek")).toEqual(["Monday Friday"]);
    const key = before.attribute("ItemId", "ChangeKey");
    await call(
      `<m:UpdateItem ConflictResolution="AutoResolve"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}" ChangeKey="${key}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="task:Status"/><t:Task><t:Status>Completed</t:Status></t:Task></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    );
    const after = await getItem(id);
    expect(after.texts("PercentComplete")).toEqual(["100"]);
    expect(after.texts("IsComplete")).toEqual(["true"]);
    expect(after.texts("CompleteDate")).toHaveLength(1);
    const remove = (more: string) =>
      call(`<m:DeleteItem DeleteType="HardDelete"${more}><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`);
    expect((await remove("")).codes).toEqual(["ErrorAffectedTaskOccurrencesRequired"]);
    expect((await remove(' AffectedTaskOccurrences="AllOccurrences"')).codes).toEqual(["NoError"]);
  });

  it("keeps posts and contact groups", async () => {
    const post = await create(
      `<t:PostItem><t:Subject>posted</t:Subject><t:Body BodyType="Text">b</t:Body></t:PostItem>`,
    );
    expect((await getItem(post)).texts("Subject")).toEqual(["posted"]);
    const list = await create(
      `<t:DistributionList><t:DisplayName>Friends</t:DisplayName><t:Members><t:Member><t:Mailbox><t:Name>Bob</t:Name><t:EmailAddress>bob@sandbox.example</t:EmailAddress></t:Mailbox></t:Member></t:Members></t:DistributionList>`,
    );
    expect((await getItem(list)).texts("EmailAddress")).toEqual(["bob@sandbox.example"]);
  });

  it("refuses items in folders of another kind, and order that breaks the schema", async () => {
    const wrong = await call(
      `<m:CreateItem SendMeetingInvitations="SendToNone"><m:SavedItemFolderId>${distinguished("inbox")}</m:SavedItemFolderId><m:Items><t:CalendarItem><t:Subject>x</t:Subject></t:CalendarItem></m:Items></m:CreateItem>`,
    );
    expect(wrong.codes).toEqual(["ErrorCannotCreateCalendarItemInNonCalendarFolder"]);
    const order = await call(
      `<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Body BodyType="Text">b</t:Body><t:Subject>late</t:Subject></t:Message></m:Items></m:CreateItem>`,
    );
    expect(order.status).toBe(500);
    expect(order.codes).toEqual(["ErrorSchemaValidation"]);
    const readOnly = await call(
      `<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:Message><t:Subject>s</t:Subject><t:Size>5</t:Size></t:Message></m:Items></m:CreateItem>`,
    );
    expect(readOnly.codes).toEqual(["ErrorInvalidPropertySet"]);
    const disposition = await call(
      "<m:CreateItem><m:Items><t:Message><t:Subject>s</t:Subject></t:Message></m:Items></m:CreateItem>",
    );
    expect(disposition.codes).toEqual(["ErrorMessageDispositionRequired"]);
  });
});

describe("attachments", () => {
  it("creates, reads and deletes files and items", async () => {
    const id = await create("<t:Message><t:Subject>carrier</t:Subject></t:Message>");
    const content = Buffer.from([0, 1, 2, 255, 13, 10]).toString("base64");
    const made = await call(
      `<m:CreateAttachment><m:ParentItemId Id="${id}"/><m:Attachments><t:FileAttachment><t:Name>a.bin</t:Name><t:ContentType>application/x-a</t:ContentType><t:ContentId>cid1</t:ContentId><t:IsInline>true</t:IsInline><t:Content>${content}</t:Content></t:FileAttachment><t:ItemAttachment><t:Name>inner</t:Name><t:Message><t:Subject>inner subject</t:Subject><t:Body BodyType="Text">inner body</t:Body></t:Message></t:ItemAttachment></m:Attachments></m:CreateAttachment>`,
    );
    expect(made.codes).toEqual(["NoError", "NoError"]);
    const [file = "", item = ""] = made.attributes("AttachmentId", "Id");
    const got = await call(
      `<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="${file}"/><t:AttachmentId Id="${item}"/></m:AttachmentIds></m:GetAttachment>`,
    );
    expect(got.texts("Content")).toEqual([content]);
    expect(got.texts("ContentId")).toEqual(["cid1"]);
    expect(got.texts("Subject")).toEqual(["inner subject"]);
    expect(got.texts("Body")).toEqual(["inner body"]);
    const listed = await getItem(
      id,
      '<t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="item:Attachments"/><t:FieldURI FieldURI="item:HasAttachments"/></t:AdditionalProperties>',
    );
    expect(listed.attributes("AttachmentId", "Id")).toEqual([file, item]);
    const deleted = await call(
      `<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id="${file}"/></m:AttachmentIds></m:DeleteAttachment>`,
    );
    expect(deleted.attribute("RootItemId", "RootItemId")).toBe(id);
    expect(
      (
        await call(
          `<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="${file}"/></m:AttachmentIds></m:GetAttachment>`,
        )
      ).codes,
    ).toEqual(["ErrorItemNotFound"]);
  });
});

describe("moving", () => {
  it("moves under a new id, copies, and deletes into Deleted Items", async () => {
    const id = await create("<t:Message><t:Subject>mover</t:Subject></t:Message>");
    const moved = await call(
      `<m:MoveItem><m:ToFolderId>${distinguished("inbox")}</m:ToFolderId><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:MoveItem>`,
    );
    const newId = moved.attribute("ItemId", "Id");
    expect(newId).not.toBe(id);
    expect((await getItem(id)).codes).toEqual(["ErrorItemNotFound"]);
    const copied = await call(
      `<m:CopyItem><m:ToFolderId>${distinguished("drafts")}</m:ToFolderId><m:ItemIds><t:ItemId Id="${newId}"/></m:ItemIds></m:CopyItem>`,
    );
    expect((await getItem(copied.attribute("ItemId", "Id"))).texts("Subject")).toEqual(["mover"]);
    await call(
      `<m:DeleteItem DeleteType="MoveToDeletedItems"><m:ItemIds><t:ItemId Id="${newId}"/></m:ItemIds></m:DeleteItem>`,
    );
    const bin = await call(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ParentFolderIds>${distinguished("deleteditems")}</m:ParentFolderIds></m:FindItem>`,
    );
    expect(bin.texts("Subject")).toContain("mover");
  });
});
