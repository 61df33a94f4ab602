import { describe, expect, it } from "vitest";
import { graphContractTitle, hasGraphContract } from "../graph-contract.ts";
import { graphSandbox } from "./graph-sandbox.ts";

describe.skipIf(!hasGraphContract)(`every list of a filled mailbox ${graphContractTitle}`, () => {
  const lists = [
    "/me",
    "/me/messages?$top=100&$expand=attachments,singleValueExtendedProperties($filter=id eq 'Integer 0xe08')",
    "/me/mailFolders?$top=100&$expand=childFolders",
    "/me/mailFolders/inbox/messages?$count=true&$filter=isRead eq false",
    "/me/events?$expand=calendar",
    "/me/calendarView?startDateTime=2026-04-01T00:00:00Z&endDateTime=2026-06-01T00:00:00Z",
    "/me/calendars",
    "/me/calendarGroups",
    "/me/contacts",
    "/me/contactFolders",
    "/me/todo/lists",
    "/me/todo/lists/tasks/tasks?$expand=checklistItems,linkedResources",
    "/me/mailboxSettings",
    "/me/outlook/masterCategories",
    "/users",
  ];

  it.each(["alice", "bob", "svc"])("of %s", async (user) => {
    const ask = await graphSandbox({ seed: true }).as(user);
    for (const list of lists) expect([list, (await ask("GET", list)).status]).toEqual([list, 200]);
  });

  it("shows what is there", async () => {
    const ask = await graphSandbox({ seed: true }).as("alice");
    const subjects = (await ask("GET", "/me/mailFolders/inbox/messages?$top=50")).values.map((one) => one["subject"]);
    expect(subjects).toContain("Invoice 2026-017");
    expect((await ask("GET", "/me/events")).values.map((one) => one["type"])).toContain("seriesMaster");
    expect((await ask("GET", "/me/contacts")).values).toHaveLength(2);
  });
});
