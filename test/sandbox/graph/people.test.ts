import { beforeEach, describe, expect, it } from "vitest";
import { CLIENT_IDS } from "../../../connectors/microsoft-exchange/sandbox/identity/registrations.ts";
import { type Asker, type GraphSandbox, graphSandbox, ORIGIN } from "./graph-sandbox.ts";

let sandbox: GraphSandbox;
let alice: Asker;
let app: Asker;

beforeEach(async () => {
  sandbox = graphSandbox();
  [alice, app] = await Promise.all([sandbox.as("alice"), sandbox.asApp()]);
});

const wild = "Ünï & <x> \"q\" '漢'";

describe("contacts", () => {
  const texts = [
    "assistantName",
    "businessHomePage",
    "companyName",
    "department",
    "displayName",
    "fileAs",
    "generation",
    "givenName",
    "initials",
    "jobTitle",
    "manager",
    "middleName",
    "mobilePhone",
    "nickName",
    "officeLocation",
    "personalNotes",
    "profession",
    "spouseName",
    "surname",
    "title",
    "yomiCompanyName",
    "yomiGivenName",
    "yomiSurname",
  ];
  const address = { street: "1 Weg", city: "Ulm", state: "BW", countryOrRegion: "DE", postalCode: "89073" };

  it("keeps every writable member", async () => {
    const body = {
      ...Object.fromEntries(texts.map((name) => [name, `${name} ${wild}`])),
      birthday: "1974-07-22T00:00:00Z",
      businessPhones: ["1", "2"],
      homePhones: ["3"],
      imAddresses: ["im1", "im2"],
      children: ["Ann", "Ben"],
      categories: ["c1"],
      emailAddresses: [
        { name: "One", address: "one@x.example" },
        { name: "Two", address: "two@x.example" },
      ],
      businessAddress: address,
      homeAddress: { city: "Bonn" },
      otherAddress: { ...address, city: "Köln" },
    };
    const made = await alice("POST", "/me/contacts", { body });
    expect(made.status).toBe(201);
    const read = await alice("GET", `/me/contacts/${made.json["id"]}`);
    expect(read.json).toMatchObject({
      ...body,
      primaryEmailAddress: { address: "one@x.example" },
      tertiaryEmailAddress: null,
    });
  });

  it("makes the display name anew unless an update gives it", async () => {
    const made = await alice("POST", "/me/contacts", {
      body: { givenName: "Ann", surname: "Bell", displayName: "Annie" },
    });
    expect(made.json["displayName"]).toBe("Annie");
    const path = `/me/contacts/${made.json["id"]}`;
    expect((await alice("PATCH", path, { body: { jobTitle: "x" } })).json["displayName"]).toBe("Ann Bell");
    expect((await alice("PATCH", path, { body: { displayName: "Annie", jobTitle: null } })).json).toMatchObject({
      displayName: "Annie",
      jobTitle: null,
    });
    const many = Array.from({ length: 4 }, (_, index) => ({ address: `${index}@x.example` }));
    expect((await alice("PATCH", path, { body: { emailAddresses: many } })).errorCode).toBe(
      "ErrorPropertyValidationFailure",
    );
  });

  it("filters, keeps folders and tracks changes", async () => {
    const folder = await alice("POST", "/me/contactFolders", { body: { displayName: "Friends" } });
    await alice("POST", `/me/contactFolders/${folder.json["id"]}/contacts`, { body: { givenName: "Zoe" } });
    const made = await alice("POST", "/me/contacts", {
      body: { givenName: "Ann", emailAddresses: [{ address: "ann@x.example" }] },
    });
    expect(
      (await alice("GET", "/me/contacts?$filter=emailAddresses/any(a:a/address eq 'ANN@x.example')")).values,
    ).toHaveLength(1);
    expect((await alice("GET", `/me/contactFolders/${folder.json["id"]}/contacts`)).values).toMatchObject([
      { givenName: "Zoe" },
    ]);
    const delta = await alice("GET", "/me/contacts/delta");
    await alice("DELETE", `/me/contacts/${made.json["id"]}`);
    expect((await alice("GET", String(delta.json["@odata.deltaLink"]))).values).toMatchObject([
      { "@removed": { reason: "deleted" } },
    ]);
  });
});

describe("tasks", () => {
  it("keeps lists, tasks, steps and links", async () => {
    const list = await alice("POST", "/me/todo/lists", { body: { displayName: "Launch" } });
    const tasks = `/me/todo/lists/${list.json["id"]}/tasks`;
    const due = { dateTime: "2026-05-09T00:00:00.0000000", timeZone: "UTC" };
    const made = await alice("POST", tasks, {
      body: {
        title: wild,
        body: { content: wild, contentType: "text" },
        dueDateTime: due,
        importance: "high",
        categories: ["x"],
        reminderDateTime: due,
      },
    });
    expect(made.json).toMatchObject({
      title: wild,
      dueDateTime: due,
      reminderDateTime: due,
      isReminderOn: true,
      status: "notStarted",
    });
    const path = `${tasks}/${made.json["id"]}`;
    expect((await alice("PATCH", path, { body: { status: "completed" } })).json["completedDateTime"]).toMatchObject({
      timeZone: "UTC",
    });
    const step = await alice("POST", `${path}/checklistItems`, { body: { displayName: "first" } });
    expect(
      (await alice("PATCH", `${path}/checklistItems/${step.json["id"]}`, { body: { isChecked: true } })).json[
        "checkedDateTime"
      ],
    ).not.toBeNull();
    await alice("POST", `${path}/linkedResources`, { body: { webUrl: "https://x.example", applicationName: "app" } });
    const full = await alice("GET", `${path}?$expand=checklistItems,linkedResources`);
    expect(full.json).toMatchObject({
      checklistItems: [{ isChecked: true }],
      linkedResources: [{ applicationName: "app" }],
    });
    expect((await alice("DELETE", `${path}/checklistItems/${step.json["id"]}`)).status).toBe(204);
    expect((await alice("DELETE", path)).status).toBe(204);
    expect((await alice("GET", tasks)).values).toEqual([]);
    expect((await alice("DELETE", "/me/todo/lists/tasks")).status).toBe(400);
    expect((await alice("GET", "/me/todo/lists")).values).toMatchObject([
      { wellknownListName: "defaultList" },
      { displayName: "Launch" },
    ]);
  });
});

describe("settings", () => {
  it("reads and changes mailbox settings", async () => {
    const changed = await alice("PATCH", "/me/mailboxSettings", {
      body: {
        timeZone: "Pacific Standard Time",
        language: { locale: "de-DE" },
        automaticRepliesSetting: {
          status: "scheduled",
          externalAudience: "contactsOnly",
          internalReplyMessage: wild,
          scheduledStartDateTime: { dateTime: "2026-05-02T00:00:00", timeZone: "UTC" },
          scheduledEndDateTime: { dateTime: "2026-05-03T00:00:00", timeZone: "UTC" },
        },
        workingHours: { daysOfWeek: ["monday"], startTime: "09:30:00", endTime: "16:00:00", timeZone: { name: "UTC" } },
      },
    });
    expect(changed.json).toMatchObject({
      timeZone: "Pacific Standard Time",
      language: { locale: "de-DE", displayName: "German (Germany)" },
      automaticRepliesSetting: { status: "scheduled", externalAudience: "contactsOnly", internalReplyMessage: wild },
      workingHours: { daysOfWeek: ["monday"], startTime: "09:30:00.0000000" },
    });
    expect((await alice("PATCH", "/me/mailboxSettings", { body: { timeZone: "x" } })).errorCode).toBe(
      "TimeZoneNotSupportedException",
    );
  });

  it("keeps categories and lists time zones", async () => {
    const made = await alice("POST", "/me/outlook/masterCategories", {
      body: { displayName: "New", color: "preset9" },
    });
    expect(made.json).toMatchObject({ color: "preset9" });
    expect((await alice("POST", "/me/outlook/masterCategories", { body: { displayName: "new" } })).status).toBe(409);
    expect((await alice("DELETE", `/me/outlook/masterCategories/${made.json["id"]}`)).status).toBe(204);
    expect((await alice("GET", "/me/outlook/masterCategories")).values).toHaveLength(6);
    expect((await alice("GET", "/me/outlook/supportedTimeZones")).values.length).toBeGreaterThan(100);
  });

  it("translates ids and gives mail tips", async () => {
    const made = await alice("POST", "/me/messages", { body: { subject: "x" } });
    const answer = await alice("POST", "/me/translateExchangeIds", {
      body: { inputIds: [made.json["id"], "junk"], sourceIdType: "restId", targetIdType: "restImmutableEntryId" },
    });
    expect(answer.values[1]).toMatchObject({ errorDetails: { code: "ErrorInvalidIdMalformed" } });
    expect((await alice("GET", `/me/messages/${answer.values[0]?.["targetId"]}`)).json["subject"]).toBe("x");
    const tips = await alice("POST", "/me/getMailTips", {
      body: { emailAddresses: ["bob@sandbox.example"], mailTipsOptions: "automaticReplies" },
    });
    expect(tips.values[0]).toMatchObject({ automaticReplies: { message: "" } });
  });
});

describe("directory", () => {
  it("lists, finds and selects users", async () => {
    expect(Object.keys((await alice("GET", "/me")).json)).toContain("businessPhones");
    const users = await app(
      "GET",
      "/users?$filter=startswith(displayName,'Alice')&$select=id,displayName,department,accountEnabled",
    );
    expect(users.values).toMatchObject([
      { displayName: "Alice Archer", department: "Purchasing", accountEnabled: true },
    ]);
    expect((await app("GET", "/users/room1@sandbox.example")).json["displayName"]).toBe("Room One");
    expect((await app("GET", "/users?$filter=department ne 'x'")).errorCode).toBe("Request_UnsupportedQuery");
    const headers = { consistencylevel: "eventual" };
    const counted = await app(
      "GET",
      "/users?$filter=endswith(userPrincipalName,'.example') and department ne 'Sales'&$count=true",
      { headers },
    );
    expect(counted.json["@odata.count"]).toBe(counted.values.length);
    expect((await app("GET", "/users?$select=aboutMe")).status).toBe(501);
    expect(
      (await app("GET", "/users/alice@sandbox.example?$select=mailboxSettings,aboutMe")).json["mailboxSettings"],
    ).toMatchObject({ timeZone: "UTC" });
    expect((await app("GET", "/users/nobody@sandbox.example")).errorCode).toBe("Request_ResourceNotFound");
    expect((await app("GET", "/users?$top=1000", { unchecked: true })).errorCode).toBe("Request_UnsupportedQuery");
  });

  it("makes, changes and removes users", async () => {
    const body = {
      accountEnabled: true,
      displayName: "Eve",
      mailNickname: "eve",
      userPrincipalName: "eve@sandbox.example",
      city: "Ulm",
      passwordProfile: { password: "secret", forceChangePasswordNextSignIn: false },
    };
    const made = await app("POST", "/users", { body, unchecked: true });
    expect(made.status).toBe(201);
    expect((await app("POST", "/users", { body, unchecked: true })).errorCode).toBe("Request_BadRequest");
    expect(
      (await app("PATCH", `/users/${made.json["id"]}`, { body: { jobTitle: "Chief", city: "Bonn" }, unchecked: true }))
        .status,
    ).toBe(204);
    expect((await app("GET", `/users/${made.json["id"]}?$select=jobTitle,city`)).json).toMatchObject({
      jobTitle: "Chief",
      city: "Bonn",
    });
    await app("POST", `/users/${made.json["id"]}/messages`, { body: { subject: "hers" } });
    expect((await app("DELETE", `/users/${made.json["id"]}`, { unchecked: true })).status).toBe(204);
    expect((await app("GET", `/users/${made.json["id"]}`)).status).toBe(404);
  });

  it("keeps groups, their members and their calendar", async () => {
    const group = await app("POST", "/groups", {
      body: {
        displayName: "Team",
        mailEnabled: true,
        mailNickname: "team",
        securityEnabled: false,
        groupTypes: ["Unified"],
        description: wild,
      },
    });
    expect(group.json).toMatchObject({ mail: "team@sandbox.example", description: wild });
    const bob = await app("GET", "/users/bob@sandbox.example");
    const reference = { "@odata.id": `${ORIGIN}/v1.0/directoryObjects/${bob.json["id"]}` };
    expect(
      (await app("POST", `/groups/${group.json["id"]}/members/$ref`, { body: reference, unchecked: true })).status,
    ).toBe(204);
    expect((await app("GET", `/groups/${group.json["id"]}/members`)).values).toMatchObject([
      { "@odata.type": "#microsoft.graph.user", displayName: "Bob Baker" },
    ]);
    const event = {
      subject: "x",
      start: { dateTime: "2026-05-04T09:00:00", timeZone: "UTC" },
      end: { dateTime: "2026-05-04T10:00:00", timeZone: "UTC" },
    };
    await app("POST", `/groups/${group.json["id"]}/events`, { body: event });
    expect((await app("GET", `/groups/${group.json["id"]}/events`)).values).toHaveLength(1);
    expect((await app("DELETE", `/groups/${group.json["id"]}`)).status).toBe(204);
    expect((await app("GET", "/groups")).values).toEqual([]);
  });

  it("lists rooms", async () => {
    const lists = await app("GET", "/places/microsoft.graph.roomList");
    expect(lists.values).toMatchObject([{ displayName: "Rooms" }]);
    expect(
      (await app("GET", `/places/${lists.values[0]?.["emailAddress"]}/microsoft.graph.roomList/rooms`)).values,
    ).toHaveLength(2);
    expect((await app("GET", "/places/microsoft.graph.room")).values).toHaveLength(2);
  });
});

describe("who may do what", () => {
  it("answers wrong tokens like the service", async () => {
    const answer = await sandbox.withToken("rubbish")("GET", "/me");
    expect([answer.status, answer.errorCode]).toEqual([401, "InvalidAuthenticationToken"]);
    expect(answer.json["error"]).toMatchObject({ innerError: { "request-id": answer.headers?.["request-id"] } });
    expect(String(answer.headers?.["www-authenticate"])).toMatch(/^Bearer /);
    const mail = await sandbox.as("alice", "https://outlook.office.com/EWS.AccessAsUser.All");
    expect((await mail("GET", "/me")).json["error"]).toMatchObject({
      message: "Access token validation failure. Invalid audience.",
    });
    sandbox.now = new Date(sandbox.now.getTime() + 7_200_000);
    expect((await alice("GET", "/me")).json["error"]).toMatchObject({
      message: "Lifetime validation failed, the token is expired.",
    });
  });

  it("keeps applications from /me and from what they have no role for", async () => {
    expect((await app("GET", "/me/messages")).json["error"]).toMatchObject({
      code: "BadRequest",
      message: "/me request is only valid with delegated authentication flow.",
    });
    expect((await app("GET", "/users/alice@sandbox.example/messages")).status).toBe(200);
    const reader = await sandbox.asApp(CLIENT_IDS.mailReader);
    expect((await reader("GET", "/users/alice@sandbox.example/messages")).status).toBe(200);
    expect((await reader("POST", "/users/alice@sandbox.example/messages", { body: { subject: "x" } })).errorCode).toBe(
      "ErrorAccessDenied",
    );
    expect((await reader("GET", "/users/alice@sandbox.example/events")).status).toBe(403);
    expect((await reader("GET", "/users")).errorCode).toBe("Authorization_RequestDenied");
    expect(
      (await (await sandbox.asApp(CLIENT_IDS.noRoles))("GET", "/users/alice@sandbox.example/messages")).status,
    ).toBe(403);
  });

  it("lets users into their own mailbox and shared ones", async () => {
    expect((await alice("GET", "/users/alice@sandbox.example/messages")).status).toBe(200);
    expect((await alice("GET", "/users/bob@sandbox.example/messages")).errorCode).toBe("ErrorAccessDenied");
    sandbox.organisation.grantFullAccess("bob@sandbox.example", "alice@sandbox.example");
    expect((await alice("GET", "/users/bob@sandbox.example/messages")).status).toBe(200);
    const narrow = await sandbox.as("alice", "Mail.Read");
    expect((await narrow("GET", "/users/bob@sandbox.example/messages")).errorCode).toBe("ErrorAccessDenied");
    expect((await narrow("POST", "/me/sendMail", { body: { message: {} } })).errorCode).toBe("ErrorAccessDenied");
  });

  it("names users without mailbox and users who do not exist", async () => {
    expect((await app("GET", "/users/nomailbox@sandbox.example/messages")).errorCode).toBe(
      "MailboxNotEnabledForRESTAPI",
    );
    expect((await app("GET", "/users/nobody@sandbox.example/messages")).errorCode).toBe("ErrorInvalidUser");
    expect((await app("GET", "/nothing/here", { unchecked: true })).json["error"]).toMatchObject({
      message: "Resource not found for the segment 'nothing'.",
    });
    expect((await app("PUT", "/users/alice@sandbox.example/messages", { unchecked: true })).status).toBe(405);
    expect((await alice("GET", "/me/photo", { unchecked: true })).status).toBe(501);
  });
});

describe("batches", () => {
  it("runs requests in order and skips those whose predecessor failed", async () => {
    const json = { "Content-Type": "application/json" };
    const answer = await alice("POST", "/$batch", {
      body: {
        requests: [
          { id: "1", method: "POST", url: "/me/messages", headers: json, body: { subject: "a" } },
          { id: "2", method: "GET", url: "me/messages?$select=subject", dependsOn: ["1"] },
          { id: "3", method: "GET", url: "/me/messages/junk" },
          { id: "4", method: "GET", url: "/me/messages", dependsOn: ["3"] },
          {
            id: "5",
            method: "POST",
            url: "/me/sendMail",
            headers: json,
            body: { message: { toRecipients: [{ emailAddress: { address: "bob@sandbox.example" } }] } },
          },
        ],
      },
    });
    const responses = answer.json["responses"] as { id: string; status: number; body?: { value?: unknown } }[];
    expect(responses.map(({ id, status }) => [id, status])).toEqual([
      ["1", 201],
      ["2", 200],
      ["3", 400],
      ["4", 424],
      ["5", 202],
    ]);
    expect(responses[1]?.body?.value).toMatchObject([{ subject: "a" }]);
  });

  it("takes 20 and no more", async () => {
    const requests = Array.from({ length: 21 }, (_, index) => ({ id: String(index), method: "GET", url: "/me" }));
    expect((await alice("POST", "/$batch", { body: { requests: requests.slice(1) } })).status).toBe(200);
    expect((await alice("POST", "/$batch", { body: { requests }, unchecked: true })).errorCode).toBe(
      "MaximumValueExceeded",
    );
  });
});

describe("reports", () => {
  it("answers with the address of a CSV that needs no token", async () => {
    const answer = await app("GET", "/reports/getMailboxUsageDetail(period='D30')", { unchecked: true });
    expect(answer.status).toBe(302);
    const csv = await sandbox.withToken("")("GET", String(answer.headers?.["location"]), { unchecked: true });
    const [header, first] = csv.text.split("\r\n");
    expect(header?.startsWith("\ufeffReport Refresh Date,User Principal Name,Display Name,Is Deleted")).toBe(true);
    expect(first).toMatch(/^2026-05-01,alice@sandbox\.example,Alice Archer,False,,2026-01-01,/);
    expect(first?.split(",").length).toBe(header?.split(",").length);
  });

  it("refuses wrong parameters and callers without the permission", async () => {
    const code = async (ask: Asker, name: string) =>
      (await ask("GET", `/reports/${name}`, { unchecked: true })).errorCode;
    expect(await code(app, "getMailboxUsageDetail(period='D8')")).toBe("BadRequest");
    expect(await code(app, "getMailboxUsageDetail(date=2026-04-30)")).toBe("BadRequest");
    expect(await code(app, "getNothing(period='D7')")).toBe("BadRequest");
    expect(await code(await sandbox.asApp(CLIENT_IDS.mailReader), "getMailboxUsageDetail(period='D7')")).toBe(
      "S2SUnauthorized",
    );
  });
});
