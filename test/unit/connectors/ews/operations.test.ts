import { describe, expect, test } from "vitest";
import type { Operation } from "../../../../connectors/microsoft-exchange/ews/call.ts";
import { envelope } from "../../../../connectors/microsoft-exchange/ews/envelope.ts";
import { extendedProperty } from "../../../../connectors/microsoft-exchange/ews/extended-property.ts";
import { getEvents } from "../../../../connectors/microsoft-exchange/ews/operations/get-events.ts";
import { getItem } from "../../../../connectors/microsoft-exchange/ews/operations/get-item.ts";
import { getUserAvailability } from "../../../../connectors/microsoft-exchange/ews/operations/get-user-availability.ts";
import { copyItem } from "../../../../connectors/microsoft-exchange/ews/operations/move-item.ts";
import { performReminderAction } from "../../../../connectors/microsoft-exchange/ews/operations/perform-reminder-action.ts";
import { getExtended } from "../../../../connectors/microsoft-exchange/ews/operations/read-extended.ts";
import { setUserOofSettings } from "../../../../connectors/microsoft-exchange/ews/operations/set-user-oof-settings.ts";
import { subscribe, unsubscribe } from "../../../../connectors/microsoft-exchange/ews/operations/subscribe.ts";
import { syncFolderItems } from "../../../../connectors/microsoft-exchange/ews/operations/sync-folder-items.ts";
import { itemShape } from "../../../../connectors/microsoft-exchange/ews/properties.ts";
import { RowReader } from "../../../../connectors/microsoft-exchange/ews/row-reader.ts";
import { zoneMarkup } from "../../../../connectors/microsoft-exchange/ews/write/zone.ts";
import { ewsContractTitle, hasEwsContract, validateEws } from "../../../sandbox/ews-contract.ts";

const config = {
  endpoint: "https://mail.example/EWS/Exchange.asmx",
  platform: "Exchange_Online",
  includeContent: false,
  bodyType: "Best",
  pageSize: 1000,
  folderDepth: 5,
  itemConcurrency: 4,
} as const;

const item = { id: "A&B", changeKey: "C" };
const window = { start: "2027-01-01T00:00:00", end: "2027-01-02T00:00:00" };
const noRows = new RowReader([]);

const operations: readonly (readonly [string, Operation<never>, readonly string[]])[] = [
  [
    "an occurrence by its place, a series by an occurrence",
    getItem({ ids: ["x", { series: "S<", index: 3 }, { occurrence: "O" }], shape: itemShape([]), rows: noRows }),
    [
      '<t:ItemId Id="x"/><t:OccurrenceItemId RecurringMasterId="S&lt;" InstanceIndex="3"/><t:RecurringMasterItemId OccurrenceId="O"/>',
    ],
  ],
  [
    "a copy",
    copyItem({ ...item, to: { name: "junkemail" } }),
    [
      '<m:CopyItem><m:ToFolderId><t:DistinguishedFolderId Id="junkemail"/></m:ToFolderId><m:ItemIds><t:ItemId Id="A&amp;B" ChangeKey="C"/></m:ItemIds></m:CopyItem>',
    ],
  ],
  ["a reminder dropped", performReminderAction(item), ["<t:ActionType>Dismiss</t:ActionType>"]],
  [
    "a reminder postponed",
    performReminderAction({ ...item, snoozedTo: "2027-01-01T00:00:00Z" }),
    [
      '<t:ActionType>Snooze</t:ActionType><t:ItemId Id="A&amp;B" ChangeKey="C"/><t:NewReminderTime>2027-01-01T00:00:00Z</t:NewReminderTime>',
    ],
  ],
  [
    "changes since a state",
    syncFolderItems({ folder: { name: "inbox" }, shape: itemShape([]), rows: noRows, state: "s", count: 512 }),
    ["<m:SyncState>s</m:SyncState><m:MaxChangesReturned>512</m:MaxChangesReturned>"],
  ],
  [
    "a subscription to folders",
    subscribe({ folders: [{ name: "inbox" }, { id: "F" }], events: ["NewMailEvent"], timeoutMinutes: 5 }),
    [
      '<m:PullSubscriptionRequest><t:FolderIds><t:DistinguishedFolderId Id="inbox"/><t:FolderId Id="F"/></t:FolderIds><t:EventTypes><t:EventType>NewMailEvent</t:EventType></t:EventTypes><t:Timeout>5</t:Timeout></m:PullSubscriptionRequest>',
    ],
  ],
  [
    "a subscription to everything",
    subscribe({ folders: [], events: ["CreatedEvent"], timeoutMinutes: 30 }),
    ['<m:PullSubscriptionRequest SubscribeToAllFolders="true"><t:EventTypes>'],
  ],
  ["its events", getEvents("S", "W"), ["<m:SubscriptionId>S</m:SubscriptionId><m:Watermark>W</m:Watermark>"]],
  ["its end", unsubscribe("S"), ["<m:Unsubscribe><m:SubscriptionId>S</m:SubscriptionId></m:Unsubscribe>"]],
  [
    "suggestions",
    getUserAvailability([{ address: "a@x.example", attendeeType: "Required", excludeConflicts: false }], window, {
      intervalMinutes: 15,
      suggestions: { durationMinutes: 45, perDay: 10, afterHours: 0 },
    }),
    [
      "<t:MergedFreeBusyIntervalInMinutes>15</t:MergedFreeBusyIntervalInMinutes><t:RequestedView>DetailedMerged</t:RequestedView>",
      "<t:SuggestionsViewOptions><t:MaximumResultsByDay>10</t:MaximumResultsByDay><t:MaximumNonWorkHourResultsByDay>0</t:MaximumNonWorkHourResultsByDay><t:MeetingDurationInMinutes>45</t:MeetingDurationInMinutes><t:DetailedSuggestionsWindow>",
    ],
  ],
  [
    "out-of-office settings",
    setUserOofSettings("a@x.example", {
      OofState: "Scheduled",
      ExternalAudience: "Known",
      StartTime: "2027-01-01T00:00:00Z",
      EndTime: "2027-01-02T00:00:00Z",
      InternalReply: "a & b",
      ExternalReply: null,
    }),
    [
      "<t:Duration><t:StartTime>2027-01-01T00:00:00Z</t:StartTime><t:EndTime>2027-01-02T00:00:00Z</t:EndTime></t:Duration><t:InternalReply><t:Message>a &amp; b</t:Message></t:InternalReply><t:ExternalReply><t:Message/></t:ExternalReply>",
    ],
  ],
  [
    "extended properties",
    getExtended(
      ["x"],
      [
        extendedProperty("string 0x1A", "Id"),
        extendedProperty("Integer {00062008-0000-0000-C000-000000000046} Id 0x8510", "Id"),
        extendedProperty("StringArray publicstrings Name Two words", "Id"),
      ],
    ),
    [
      '<t:ExtendedFieldURI PropertyTag="0x001a" PropertyType="String"/>',
      '<t:ExtendedFieldURI PropertySetId="00062008-0000-0000-c000-000000000046" PropertyId="34064" PropertyType="Integer"/>',
      '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="Two words" PropertyType="StringArray"/>',
    ],
  ],
] as never;

describe("requests of operations", () => {
  test.each(operations)("%s", (_, operation, expected) => {
    for (const part of expected) expect(operation.body).toContain(part);
  });
});

describe.skipIf(!hasEwsContract)(`requests under the ${ewsContractTitle}`, () => {
  test.each(operations)("%s", (_, operation) => {
    const message = envelope(operation.name, operation.body, config, {});
    expect(validateEws(message), message).toBeUndefined();
    expect(validateEws(message, "onprem"), message).toBeUndefined();
  });
});

describe("zones on the wire", () => {
  const write = { to: "zone", element: "StartTimeZone", attribute: "Id" } as const;

  test("names become the Windows name, offsets a definition", () => {
    expect(zoneMarkup(write, "Europe/Kyiv", "Z")).toBe('<t:StartTimeZone Id="FLE Standard Time"/>');
    expect(zoneMarkup(write, "UTC-03:30", "Z")).toBe(
      '<t:StartTimeZone Id="UTC-03:30" Name="UTC-03:30"><t:Periods><t:Period Bias="PT3H30M" Name="Standard" Id="Standard"/></t:Periods><t:TransitionsGroups><t:TransitionsGroup Id="0"><t:Transition><t:To Kind="Period">Standard</t:To></t:Transition></t:TransitionsGroup></t:TransitionsGroups><t:Transitions><t:Transition><t:To Kind="Group">0</t:To></t:Transition></t:Transitions></t:StartTimeZone>',
    );
    expect(zoneMarkup(write, null, "Z")).toBeUndefined();
  });

  test("Exchange 2007 takes names only", () => {
    const old = { to: "zone", element: "MeetingTimeZone", attribute: "TimeZoneName" } as const;
    expect(zoneMarkup(old, "Asia/Tokyo", "Z")).toBe('<t:MeetingTimeZone TimeZoneName="Tokyo Standard Time"/>');
    expect(() => zoneMarkup(old, "UTC+05:45", "Z")).toThrowError(expect.objectContaining({ code: "INVALID_QUERY" }));
  });
});
