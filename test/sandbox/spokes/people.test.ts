import { describe, expect, test } from "vitest";
import type { Row } from "#spi";
import { people, useSpokes } from "./stands.ts";

const stands = useSpokes();
const { ews, graph, cloud } = stands;
const { alice, bob, room, otherRoom } = people;
const text = expect.any(String);
const day = { start: "2031-06-03T08:00:00", end: "2031-06-03T18:00:00", timeZone: "Europe/Berlin" };

describe.each([ews, graph])("free and busy times, rooms and people over $schema", (stand) => {
  const { one, rows } = stand;
  const isEws = stand.schema === "EWS";

  const busy = (subject: string, more: Row = {}) =>
    one("Create Calendar Event For User", {
      mailbox: bob,
      kind: "appointment",
      subject,
      start: "2031-06-03T09:00:00",
      end: "2031-06-03T10:00:00",
      timeZone: "Europe/Berlin",
      ...more,
    });

  test("Look up User Availabilities and Look up Schedules", async () => {
    await busy("Taken");
    const [found] = await rows("Look up User Availabilities", {
      mailbox: alice,
      mailboxes: [bob],
      ...day,
      intervalMinutes: 60,
    });
    expect(found).toMatchObject({
      address: bob,
      responseClass: "Success",
      freeBusyViewType: "DetailedMerged",
      mergedFreeBusy: expect.stringMatching(/^02/),
      error: null,
    });
    expect(found?.["busyBlocks"]).toHaveLength(1);
    expect(found?.["workingHours"]).toEqual(expect.any(Object));
    const schedules = await rows("Look up Schedules", {
      user: alice,
      schedules: `${bob};nobody@sandbox.example`,
      ...day,
      availabilityViewInterval: 60,
    });
    expect(schedules[0]).toMatchObject({ scheduleId: bob, availabilityView: text, workingHours: expect.any(Object) });
    expect(schedules[0]?.["scheduleItems"]).toHaveLength(1);
    expect(schedules[1]).toMatchObject({ scheduleId: "nobody@sandbox.example", error: text });
    const unknown = { mailbox: alice, mailboxes: ["nobody@sandbox.example"], ...day };
    expect((await rows("Look up User Availabilities", unknown))[0]).toMatchObject({
      responseClass: "Error",
      error: text,
    });
    await expect(rows("Look up Schedules", { user: alice, schedules: [], ...day })).rejects.toMatchObject({
      target: "schedules",
    });
  });

  test("Look up Room Availability; an address that is no room is refused", async () => {
    const found = await rows("Look up Room Availability", {
      mailbox: alice,
      rooms: [room, otherRoom],
      ...day,
      intervalMinutes: 60,
    });
    expect(found.map(({ address }) => address)).toEqual([room, otherRoom]);
    expect(found[0]).toMatchObject({
      mergedFreeBusy: expect.stringMatching(/^0+$/),
      busyBlocks: [],
      workingHours: expect.any(Object),
    });
    const unknown = isEws ? "nobody@sandbox.example" : "rooms@sandbox.example";
    const [told] = await rows("Look up Room Availability", { mailbox: alice, rooms: unknown, ...day });
    expect(told).toMatchObject({ address: unknown, responseClass: "Error", error: text });
    const refused = { causeCode: "ROOM_NOT_A_ROOM", target: "rooms", evidence: { address: bob } };
    await expect(
      rows("Look up Room Availability", { rooms: [room, bob], mailbox: alice, ...day }),
    ).rejects.toMatchObject(refused);
  });

  test("rooms: Lookup Room Mailboxes and Look up Rooms Stream", async () => {
    const named = await rows("Lookup Room Mailboxes", { domain: "sandbox.example" });
    expect(named).toContainEqual({ name: "Room One", address: room });
    expect(await rows("Lookup Room Mailboxes", { domain: "elsewhere.example" })).toEqual([]);
    const ofList = await rows("Look up Rooms Stream", { roomList: "rooms@sandbox.example" });
    expect(ofList.map(({ address }) => address)).toEqual([room, otherRoom]);
    const [first] = await rows("Look up Rooms Stream");
    expect(first).toMatchObject(
      isEws
        ? { name: text, address: text, roomList: "rooms@sandbox.example" }
        : {
            name: text,
            building: "Main",
            floor: text,
            floorNumber: expect.any(Number),
            capacity: expect.any(Number),
            audioDevice: "Speaker",
            videoDevice: "Camera",
            displayDevice: "Screen",
          },
    );
  });

  test("Look up Distribution List Members", async () => {
    const organisation = isEws ? stands.connector.sandbox().organisation : cloud.sandbox().organisation;
    const list = "team@sandbox.example";
    organisation.addList({ address: list, displayName: "Team", kind: "group", members: [alice, bob] });
    const found = await rows("Look up Distribution List Members", { list });
    const type = isEws ? "Mailbox" : "#microsoft.graph.user";
    expect(found).toEqual([
      { name: "Alice Archer", emailAddress: alice, type },
      { name: "Bob Baker", emailAddress: bob, type },
    ]);
    const unknown = rows("Look up Distribution List Members", { list: "nobody@sandbox.example" });
    await expect(unknown).rejects.toMatchObject({ code: "NOT_FOUND", target: "list" });
  });

  test("Look up Relevant Users Stream", async () => {
    const all = await rows("Look up Relevant Users Stream", { user: alice });
    expect(all.length).toBeGreaterThan(1);
    expect(all.map(({ rank }) => rank)).toEqual(all.map((_, at) => at + 1));
    const found = await rows("Look up Relevant Users Stream", { user: alice, search: "bob" });
    expect(found[0]).toMatchObject({
      rank: 1,
      displayName: "Bob Baker",
      emailAddress: bob,
      jobTitle: "Sales Manager",
      department: "Sales",
      companyName: "Sandbox",
      personType: "Person",
      relevanceScore: expect.any(Number),
    });
    expect(await rows("Look up Relevant Users Stream", { user: alice, top: 1 })).toHaveLength(1);
  });

  const places = { isRequired: false, suggestLocation: false, locations: [] };
  const suggest = { window: { start: "2031-06-04T09:00:00", end: "2031-06-04T12:00:00", timeZone: "Europe/Berlin" } };

  test("Look up Meeting Suggestions and Find Meeting Times", async () => {
    const run = (name: string, input: Record<string, unknown>) =>
      isEws ? rows(name, input) : cloud.execute(name, input, cloud.session("alice"));
    const whose = alice;
    const suggestions = await run("Look up Meeting Suggestions", {
      mailbox: whose,
      mailboxes: [bob, { address: room, attendeeType: "Optional" }],
      ...suggest.window,
      durationMinutes: 60,
      maxResultsByDay: 2,
      minimumQuality: "Good",
    });
    expect(suggestions.length).toBeGreaterThan(0);
    expect(suggestions.length).toBeLessThanOrEqual(2);
    expect(suggestions[0]).toMatchObject({
      day: "2031-06-04",
      time: text,
      endTime: text,
      quality: text,
      conflictCount: 0,
    });
    const found = await run("Find Meeting Times", {
      user: whose,
      attendees: bob,
      timeConstraint: { ...suggest.window, activityDomain: "unrestricted" },
      duration: 45,
      maxCandidates: 3,
      returnSuggestionReasons: true,
      ...(isEws ? {} : { minimumAttendeePercentage: 50, isOrganizerOptional: true, locationConstraint: places }),
    });
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThanOrEqual(3);
    expect(found[0]).toMatchObject({
      start: text,
      end: text,
      confidence: expect.any(Number),
      attendeeAvailability: expect.any(Array),
    });
    const silent = {
      user: whose,
      attendees: [bob],
      timeConstraint: suggest.window,
      returnSuggestionReasons: false,
    };
    expect((await run("Find Meeting Times", silent))[0]?.["suggestionReason"]).toBeNull();
    if (isEws) return;
    await busy("Full", { start: "2031-06-05T09:00:00", end: "2031-06-05T10:00:00" });
    const full = { start: "2031-06-05T09:00:00", end: "2031-06-05T10:00:00", timeZone: "Europe/Berlin" };
    const asked = { user: whose, attendees: [bob], timeConstraint: full, minimumAttendeePercentage: 100 };
    const none = await run("Find Meeting Times", asked);
    expect(none).toMatchObject([{ start: null, emptySuggestionsReason: text }]);
    const nothing = { mailbox: whose, mailboxes: [bob], ...full, minimumQuality: "Excellent" };
    expect(await run("Look up Meeting Suggestions", nothing)).toEqual([]);
    const wrong = { user: whose, attendees: [bob], timeConstraint: { when: "soon" } };
    await expect(run("Find Meeting Times", wrong)).rejects.toMatchObject({ target: "timeConstraint" });
    const span = { StartTime: "2031-06-04T09:00:00Z", EndTime: "2031-06-04T12:00:00Z", LocationConstraint: places };
    expect(await run("FindMeetingTimes", { Attendees: bob, ...span })).not.toEqual([]);
    const byApplication = { code: "UNSUPPORTED", causeCode: "DELEGATED_LOGIN_REQUIRED" };
    await expect(rows("Find Meeting Times", asked)).rejects.toMatchObject(byApplication);
    await expect(rows("Look up Meeting Suggestions", nothing)).rejects.toMatchObject(byApplication);
  });
});
