import { describe, expect, it } from "vitest";
import { useSandbox } from "./raw-ews.ts";

const clock = () => new Date("2030-05-15T10:00:00Z");
const { call, sandbox } = useSandbox({ clock, empty: true });

const alice = "alice@sandbox.example";
const bob = "bob@sandbox.example";
const distinguished = (name: string) => `<t:DistinguishedFolderId Id="${name}"/>`;
const attendee = (address: string) =>
  `<t:Attendee><t:Mailbox><t:EmailAddress>${address}</t:EmailAddress></t:Mailbox></t:Attendee>`;
const zoneHeader = '<t:TimeZoneContext><t:TimeZoneDefinition Id="W. Europe Standard Time"/></t:TimeZoneContext>';

async function create(item: string, send = "SendToNone", header = ""): Promise<string> {
  const answer = await call(
    `<m:CreateItem SendMeetingInvitations="${send}"><m:Items><t:CalendarItem>${item}</t:CalendarItem></m:Items></m:CreateItem>`,
    { header },
  );
  expect(answer.codes).toEqual(["NoError"]);
  return answer.attribute("ItemId", "Id");
}

function get(id: string, user = alice) {
  return call(
    `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
    { user },
  );
}

function view(from: string, to: string, user = alice) {
  return call(
    `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="calendar:CalendarItemType"/><t:FieldURI FieldURI="calendar:MyResponseType"/></t:AdditionalProperties></m:ItemShape><m:CalendarView StartDate="${from}" EndDate="${to}"/><m:ParentFolderIds>${distinguished("calendar")}</m:ParentFolderIds></m:FindItem>`,
    { user },
  );
}

function update(id: string, changeKey: string, field: string, value: string, send = "SendToNone") {
  return call(
    `<m:UpdateItem ConflictResolution="AutoResolve" SendMeetingInvitationsOrCancellations="${send}"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}" ChangeKey="${changeKey}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="${field}"/><t:CalendarItem>${value}</t:CalendarItem></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
  );
}

describe("times", () => {
  it("reads wall-clock times in the zone of the request and prints UTC", async () => {
    const id = await create(
      "<t:Subject>zoned</t:Subject><t:Start>2030-07-01T09:00:00</t:Start><t:End>2030-07-01T10:30:00</t:End>",
      "SendToNone",
      zoneHeader,
    );
    const answer = await get(id);
    expect(answer.texts("Start")).toEqual(["2030-07-01T07:00:00Z"]);
    expect(answer.texts("End")).toEqual(["2030-07-01T08:30:00Z"]);
    expect(answer.texts("Duration")).toEqual(["PT1H30M"]);
    expect(answer.attribute("StartTimeZone", "Id")).toBe("W. Europe Standard Time");
    expect(answer.texts("Organizer")).toHaveLength(0);
    expect(answer.texts("MyResponseType")).toEqual(["Organizer"]);
  });

  it("makes all-day events whole days of their zone", async () => {
    const id = await create(
      "<t:Subject>whole</t:Subject><t:Start>2030-07-02T09:00:00</t:Start><t:End>2030-07-02T10:00:00</t:End><t:IsAllDayEvent>true</t:IsAllDayEvent>",
      "SendToNone",
      zoneHeader,
    );
    const answer = await get(id);
    expect(answer.texts("Start")).toEqual(["2030-07-01T22:00:00Z"]);
    expect(answer.texts("End")).toEqual(["2030-07-02T22:00:00Z"]);
  });

  it("refuses an end before the start", async () => {
    const answer = await call(
      `<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Start>2030-07-01T09:00:00Z</t:Start><t:End>2030-07-01T08:00:00Z</t:End></t:CalendarItem></m:Items></m:CreateItem>`,
    );
    expect(answer.codes).toEqual(["ErrorCalendarEndDateIsEarlierThanStartDate"]);
    const unsaid = await call(
      "<m:CreateItem><m:Items><t:CalendarItem><t:Subject>x</t:Subject></t:CalendarItem></m:Items></m:CreateItem>",
    );
    expect(unsaid.codes).toEqual(["ErrorSendMeetingInvitationsRequired"]);
  });
});

describe("series", () => {
  it("expands in the calendar view over the change of clocks, with exceptions and removed occurrences", async () => {
    const id = await create(
      "<t:Subject>weekly</t:Subject><t:Start>2030-10-21T09:00:00</t:Start><t:End>2030-10-21T10:00:00</t:End><t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday</t:DaysOfWeek></t:WeeklyRecurrence><t:NumberedRecurrence><t:StartDate>2030-10-21</t:StartDate><t:NumberOfOccurrences>4</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence>",
      "SendToNone",
      zoneHeader,
    );
    const first = await view("2030-10-20T00:00:00Z", "2030-12-01T00:00:00Z");
    expect(first.texts("Start")).toEqual([
      "2030-10-21T07:00:00Z",
      "2030-10-28T08:00:00Z",
      "2030-11-04T08:00:00Z",
      "2030-11-11T08:00:00Z",
    ]);
    expect(new Set(first.texts("CalendarItemType"))).toEqual(new Set(["Occurrence"]));
    const ids = first.attributes("ItemId", "Id");
    const keys = first.attributes("ItemId", "ChangeKey");
    const changed = await update(
      ids[1] ?? "",
      keys[1] ?? "",
      "calendar:Start",
      "<t:Start>2030-10-28T06:00:00Z</t:Start>",
    );
    expect(changed.codes).toEqual(["NoError"]);
    await call(
      `<m:DeleteItem DeleteType="HardDelete" SendMeetingCancellations="SendToNone"><m:ItemIds><t:ItemId Id="${ids[2] ?? ""}"/></m:ItemIds></m:DeleteItem>`,
    );
    const second = await view("2030-10-20T00:00:00Z", "2030-12-01T00:00:00Z");
    expect(second.texts("Start")).toEqual(["2030-10-21T07:00:00Z", "2030-10-28T06:00:00Z", "2030-11-11T08:00:00Z"]);
    expect(second.texts("CalendarItemType")).toEqual(["Occurrence", "Exception", "Occurrence"]);
    const master = await get(id);
    expect(master.texts("CalendarItemType")).toEqual(["RecurringMaster"]);
    expect(master.text).toMatch(/<t:ModifiedOccurrences>.*<t:OriginalStart>2030-10-28T08:00:00Z/);
    expect(master.text).toMatch(/<t:DeletedOccurrence><t:Start>2030-11-04T08:00:00Z/);
    const byIndex = await call(
      `<m:GetItem><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ItemIds><t:OccurrenceItemId RecurringMasterId="${id}" InstanceIndex="4"/><t:OccurrenceItemId RecurringMasterId="${id}" InstanceIndex="3"/><t:OccurrenceItemId RecurringMasterId="${id}" InstanceIndex="9"/><t:RecurringMasterItemId OccurrenceId="${ids[0] ?? ""}"/></m:ItemIds></m:GetItem>`,
    );
    expect(byIndex.codes).toEqual([
      "NoError",
      "ErrorCalendarOccurrenceIsDeletedFromRecurrence",
      "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange",
      "NoError",
    ]);
    expect(byIndex.texts("CalendarItemType")).toEqual(["Occurrence", "RecurringMaster"]);
    const plain = await call(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="item:Subject"/><t:FieldURIOrConstant><t:Constant Value="weekly"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction><m:ParentFolderIds>${distinguished("calendar")}</m:ParentFolderIds></m:FindItem>`,
    );
    expect(plain.attributes("ItemId", "Id")).toEqual([id]);
  });

  it("gives patterns back as they were set", async () => {
    const patterns = [
      "<t:RelativeYearlyRecurrence><t:DaysOfWeek>Weekday</t:DaysOfWeek><t:DayOfWeekIndex>Last</t:DayOfWeekIndex><t:Month>December</t:Month></t:RelativeYearlyRecurrence>",
      "<t:AbsoluteYearlyRecurrence><t:DayOfMonth>29</t:DayOfMonth><t:Month>February</t:Month></t:AbsoluteYearlyRecurrence>",
      "<t:RelativeMonthlyRecurrence><t:Interval>2</t:Interval><t:DaysOfWeek>Tuesday</t:DaysOfWeek><t:DayOfWeekIndex>Second</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>",
      "<t:AbsoluteMonthlyRecurrence><t:Interval>3</t:Interval><t:DayOfMonth>31</t:DayOfMonth></t:AbsoluteMonthlyRecurrence>",
      "<t:DailyRecurrence><t:Interval>5</t:Interval></t:DailyRecurrence>",
    ];
    for (const pattern of patterns) {
      const id = await create(
        `<t:Subject>p</t:Subject><t:Start>2030-01-01T09:00:00Z</t:Start><t:End>2030-01-01T10:00:00Z</t:End><t:Recurrence>${pattern}<t:EndDateRecurrence><t:StartDate>2030-01-01</t:StartDate><t:EndDate>2034-01-01</t:EndDate></t:EndDateRecurrence></t:Recurrence>`,
      );
      expect((await get(id)).text).toContain(pattern);
    }
  });
});

describe("meetings", () => {
  it("invites, takes answers, updates and cancels", async () => {
    const id = await create(
      `<t:Subject>plan</t:Subject><t:Start>2030-06-03T09:00:00Z</t:Start><t:End>2030-06-03T10:00:00Z</t:End><t:Location>here</t:Location><t:RequiredAttendees>${attendee(bob)}</t:RequiredAttendees><t:Resources>${attendee("room1@sandbox.example")}</t:Resources>`,
      "SendToAllAndSaveCopy",
    );
    const inbox = (user: string) =>
      call(
        `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="item:ItemClass"/></t:AdditionalProperties></m:ItemShape><m:ParentFolderIds>${distinguished("inbox")}</m:ParentFolderIds></m:FindItem>`,
        { user },
      );
    const requests = await inbox(bob);
    expect(requests.texts("ItemClass")).toEqual(["IPM.Schedule.Meeting.Request"]);
    const requestId = requests.attribute("ItemId", "Id");
    const request = await get(requestId, bob);
    expect(request.texts("MeetingRequestType")).toEqual(["NewMeetingRequest"]);
    expect(request.texts("Location")).toEqual(["here"]);
    expect((await view("2030-06-03T00:00:00Z", "2030-06-04T00:00:00Z", bob)).texts("LegacyFreeBusyStatus")).toEqual([
      "Tentative",
    ]);

    const accept = await call(
      `<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:AcceptItem><t:Body BodyType="Text">fine</t:Body><t:ReferenceItemId Id="${requestId}" ChangeKey="${requests.attribute("ItemId", "ChangeKey")}"/></t:AcceptItem></m:Items></m:CreateItem>`,
      { user: bob },
    );
    expect(accept.codes).toEqual(["NoError"]);
    expect((await inbox(alice)).texts("ItemClass")).toEqual([
      "IPM.Schedule.Meeting.Resp.Pos",
      "IPM.Schedule.Meeting.Resp.Pos",
    ]);
    const tracked = await get(id);
    expect(tracked.texts("ResponseType")).toEqual(["Accept", "Accept"]);
    expect(tracked.texts("MeetingRequestWasSent")).toEqual(["true"]);

    const moved = await update(
      id,
      tracked.attribute("ItemId", "ChangeKey"),
      "calendar:End",
      "<t:End>2030-06-03T11:00:00Z</t:End>",
      "SendToAllAndSaveCopy",
    );
    expect(moved.codes).toEqual(["NoError"]);
    expect((await view("2030-06-03T00:00:00Z", "2030-06-04T00:00:00Z", bob)).texts("End")).toEqual([
      "2030-06-03T11:00:00Z",
    ]);

    const cancel = await call(
      `<m:DeleteItem DeleteType="MoveToDeletedItems" SendMeetingCancellations="SendToAllAndSaveCopy"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`,
    );
    expect(cancel.codes).toEqual(["NoError"]);
    expect((await inbox(bob)).texts("ItemClass")[0]).toBe("IPM.Schedule.Meeting.Canceled");
    const atBob = await view("2030-06-03T00:00:00Z", "2030-06-04T00:00:00Z", bob);
    expect(atBob.texts("Subject")).toEqual(["Canceled: plan"]);
    expect((await get(atBob.attribute("ItemId", "Id"), bob)).texts("IsCancelled")).toEqual(["true"]);
  });

  it("shows free/busy and working hours of people and rooms", async () => {
    await create(
      "<t:Subject>busy</t:Subject><t:Start>2030-08-05T09:00:00Z</t:Start><t:End>2030-08-05T10:00:00Z</t:End>",
    );
    const box = (address: string) =>
      `<t:MailboxData><t:Email><t:Address>${address}</t:Address></t:Email><t:AttendeeType>Required</t:AttendeeType></t:MailboxData>`;
    const answer = await call(
      `<m:GetUserAvailabilityRequest><t:TimeZone><t:Bias>-60</t:Bias><t:StandardTime><t:Bias>0</t:Bias><t:Time>03:00:00</t:Time><t:DayOrder>5</t:DayOrder><t:Month>10</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:StandardTime><t:DaylightTime><t:Bias>-60</t:Bias><t:Time>02:00:00</t:Time><t:DayOrder>5</t:DayOrder><t:Month>3</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek></t:DaylightTime></t:TimeZone><m:MailboxDataArray>${box(alice)}${box("nobody@sandbox.example")}</m:MailboxDataArray><t:FreeBusyViewOptions><t:TimeWindow><t:StartTime>2030-08-05T10:00:00</t:StartTime><t:EndTime>2030-08-05T13:00:00</t:EndTime></t:TimeWindow><t:MergedFreeBusyIntervalInMinutes>30</t:MergedFreeBusyIntervalInMinutes><t:RequestedView>DetailedMerged</t:RequestedView></t:FreeBusyViewOptions></m:GetUserAvailabilityRequest>`,
    );
    expect(answer.codes).toEqual(["NoError", "ErrorMailRecipientNotFound"]);
    expect(answer.texts("MergedFreeBusy")).toEqual(["002200"]);
    expect(answer.texts("StartTime")).toEqual(["2030-08-05T11:00:00"]);
    expect(answer.texts("Subject")).toEqual(["busy"]);
    expect(sandbox().organisation.mailbox(alice)).toBeDefined();
  });
});
