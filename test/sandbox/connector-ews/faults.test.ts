import { afterEach, describe, expect, test } from "vitest";
import type { StepFinding } from "#spi";
import type { FaultSwitch } from "../../../connectors/microsoft-exchange/sandbox/faults.ts";
import { useConnector } from "./support.ts";

const connector = useConnector();
const { query, write, execute, waits, operationsOf } = connector;

const fault = (kind: FaultSwitch["kind"], operation: string, more: Partial<FaultSwitch> = {}) =>
  connector.sandbox().faults.add({ kind, operation, face: "ews", count: 1, ...more });
const counted = async (subject: string, table = "Drafts") =>
  (await query({ table, columns: ["Subject"], where: { column: "Subject", operator: "=", value: subject } })).rows
    .length;

afterEach(() => connector.sandbox().faults.clear());

describe("faults at the sandbox", () => {
  test("a busy server is asked again after its own wait", async () => {
    fault("busy", "FindItem", { backOffMs: 1234, count: 2 });
    const { rows } = await query({ table: "Inbox", columns: ["Subject"] });
    expect(rows.length).toBeGreaterThan(0);
    expect(waits.slice(-2)).toEqual([1234, 1234]);
    fault("busy", "CreateItem", { backOffMs: 77 });
    expect((await write("create", "Drafts", [{ Subject: "after busy" }]))[0]?.status).toBe("succeeded");
    expect(await counted("after busy")).toBe(1);
  });

  test("a cut answer of a read is read again", async () => {
    fault("cutAnswer", "FindItem");
    fault("cutAnswer", "GetItem");
    const { rows } = await query({ table: "Inbox", columns: ["Subject", "Body"] });
    expect(rows.length).toBeGreaterThan(3);
  });

  test("rows whose answer was lost are found by what they carry, and created once", async () => {
    fault("lostAnswer", "CreateItem");
    const outcomes = await write("create", "Drafts", [{ Subject: "lost 1" }, { Subject: "lost 2" }]);
    expect(outcomes.map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
    expect(await counted("lost 1")).toBe(1);
    const { rows } = await query({
      table: "Drafts",
      columns: ["Subject"],
      where: { column: "ItemId", operator: "=", value: outcomes[1]?.key?.["ItemId"] },
    });
    expect(rows).toEqual([{ Subject: "lost 2" }]);
  });

  test("an answer cut in the middle settles the rows it holds and looks up the others", async () => {
    fault("cutAnswer", "CreateItem");
    const rows = Array.from({ length: 20 }, (_, n) => ({ Subject: `cut ${n}` }));
    const outcomes = await write("create", "Drafts", rows);
    expect(outcomes.map(({ status }) => status)).toEqual(rows.map(() => "succeeded"));
    expect(new Set(outcomes.map(({ key }) => key?.["ItemId"])).size).toBe(20);
    expect(await counted("cut 19")).toBe(1);
  });

  test("a create that never arrived is indeterminate after two looks, and not repeated", async () => {
    fault("cut", "CreateItem");
    const { result, operations } = await operationsOf(() => write("create", "Drafts", [{ Subject: "never" }]));
    expect(result[0]).toMatchObject({ status: "indeterminate", error: { code: "UNREACHABLE" } });
    expect(operations).toEqual(["CreateItem", "FindItem", "FindItem"]);
    expect(waits.at(-1)).toBe(5000);
    expect(await counted("never")).toBe(0);
  });

  test("updates and deletes whose answer was lost are settled by looking", async () => {
    const [created] = await write("create", "Drafts", [{ Subject: "before" }]);
    const ItemId = created?.key?.["ItemId"] as string;
    fault("lostAnswer", "UpdateItem");
    expect((await write("update", "Drafts", [{ ItemId, Subject: "after" }]))[0]?.status).toBe("succeeded");
    fault("cut", "UpdateItem");
    expect((await write("update", "Drafts", [{ ItemId, Subject: "never" }]))[0]?.status).toBe("indeterminate");
    fault("cut", "DeleteItem");
    expect((await write("delete", "Drafts", [{ ItemId }]))[0]?.status).toBe("indeterminate");
    fault("lostAnswer", "DeleteItem");
    expect((await write("delete", "Drafts", [{ ItemId }]))[0]?.status).toBe("succeeded");
  });

  test("mail whose answer was lost is sent once", async () => {
    fault("lostAnswer", "SendItem");
    const mail = { Subject: "once", Content: "x", ToRecipients: "bob@sandbox.example" };
    expect(await execute("SendMail", mail)).toMatchObject([{ ResponseClass: "Success" }]);
    expect(await counted("once", "SentItems")).toBe(1);
    fault("lostAnswer", "CreateItem");
    await execute("SendMail", { ...mail, Subject: "once again" });
    expect(await counted("once again", "SentItems")).toBe(1);
    fault("cut", "SendItem");
    await expect(execute("SendMail", { ...mail, Subject: "not sure" })).rejects.toMatchObject({ effect: "unknown" });
    expect(await counted("not sure", "SentItems")).toBe(0);
  });

  test("folders whose answer was lost", async () => {
    fault("lostAnswer", "CreateFolder");
    const [created] = await write("create", "Folders", [{ DisplayName: "Lost folder" }]);
    expect(created?.status).toBe("succeeded");
    fault("lostAnswer", "DeleteFolder");
    const [deleted] = await write("delete", "Folders", [{ FolderId: created?.key?.["FolderId"] as string }]);
    expect(deleted?.status).toBe("succeeded");
  });

  test("a page that is not EWS is told apart", async () => {
    fault("htmlLogin", "FindItem");
    await expect(query({ table: "Inbox", columns: ["Subject"] })).rejects.toMatchObject({
      code: "PROTOCOL",
      causeCode: "NOT_EWS_HTML",
    });
    fault("ewsDisabled", "FindItem");
    await expect(query({ table: "Inbox", columns: ["Subject"] })).rejects.toMatchObject({
      code: "EWS_DISABLED",
      causeCode: "EWS_NOT_ENABLED",
    });
    await expect(
      query(
        { table: "Inbox", columns: ["Subject"] },
        { endpoint: connector.sandbox().ewsUrl.replace("Exchange", "Nothing") },
      ),
    ).rejects.toMatchObject({
      code: "PROTOCOL",
      causeCode: "NOT_EWS_PATH",
    });
  });
});

describe("connection test", () => {
  async function steps(changes = {}, password?: string) {
    const found: { id: string; finding?: StepFinding; error?: unknown }[] = [];
    let identity: unknown;
    let version: string | undefined;
    await connector
      .session(changes, password)
      .test(
        {
          step: async (id, _title, look) => {
            try {
              found.push({ id, finding: await look() });
            } catch (error) {
              found.push({ id, error });
              throw error;
            }
          },
          identity: (who) => {
            identity = who;
          },
          serverVersion: (known) => {
            version = known;
          },
        },
        connector.never,
      )
      .catch(() => undefined);
    return { found, identity, version };
  }

  test("passes all four steps with evidence", async () => {
    const { found, identity, version } = await steps();
    expect(found.map(({ id, finding }) => [id, finding !== undefined])).toEqual([
      ["authentication", true],
      ["protocol", true],
      ["mailbox", true],
      ["permission", true],
    ]);
    expect(version).toMatch(/^15\./);
    expect(identity).toEqual({ user: "alice@sandbox.example", mailbox: "alice@sandbox.example" });
  });

  test("tells a wrong password, a missing right and an unknown mailbox apart", async () => {
    const refused = await steps({}, "wrong");
    expect(refused.found[0]).toMatchObject({ id: "authentication", error: { code: "AUTHENTICATION_FAILED" } });
    const denied = await steps({ impersonation: { type: "PrimarySmtpAddress", user: "bob@sandbox.example" } });
    expect(denied.found.at(-1)?.error).toMatchObject({ code: "ACCESS_DENIED", causeCode: "EWS_IMPERSONATION_DENIED" });
  });
});
