import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../connectors/microsoft-exchange/sandbox/sandbox.ts";
import { makeLocalTls } from "../../connectors/microsoft-exchange/sandbox/tls.ts";
import { expectProblem } from "./support/problem.ts";
import { connect, connectBoth, ewsProperties, type Stand, startStand } from "./support/stand.ts";

let stand: Stand;
const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);
beforeAll(async () => {
  process.on("unhandledRejection", note);
  stand = await startStand();
  await connectBoth(stand);
});
afterAll(async () => {
  process.off("unhandledRejection", note);
  await stand.stop();
  expect(uncaught).toEqual([]);
});

const at = (connection: string, activity: string) => `/v1/connections/${connection}/${activity}`;

const schemas = [
  { connection: "ews", mail: "Inbox", key: "ItemId", given: "GivenName", family: "Surname", subject: "Subject" },
  { connection: "graph", mail: "Messages", key: "id", given: "givenName", family: "surname", subject: "subject" },
] as const;

describe.each(schemas)("over $connection", ({ connection, mail, key, given, family, subject }) => {
  const call = (activity: string, body: unknown) => stand.admin.call(at(connection, activity), body);
  const contacts = async () =>
    (await stand.admin.run(connection, "query", { table: "Contacts", columns: [key, given], pageSize: 1000 })).records;

  test("unreadable JSON", async () => {
    for (const raw of ["{", '{"table":}', "[1,2", '{"table":"Inbox"} x', '"Inbox"', "null"]) {
      const answer = await stand.admin.call(at(connection, "query"), undefined, { raw });
      expectProblem(answer, 400, "INVALID_REQUEST");
    }
    const twice = '{"table":"Contacts","rows":[{}],"__proto__":{"x":1}}';
    expectProblem(await stand.admin.call(at(connection, "create"), undefined, { raw: twice }), 400, "INVALID_REQUEST");
  });

  test("an unknown member", async () => {
    const answer = await call("query", { table: mail, colums: [subject] });
    expectProblem(answer, 400, "INVALID_REQUEST", "/colums");
    expect(answer.text).toContain("columns");
  });

  test("an unknown table, column and procedure name the nearest", async () => {
    const table = await call("query", { table: `${mail}x` });
    expectProblem(table, 422, "UNKNOWN_TABLE", "/table");
    expect(table.body.detail).toContain(mail);
    const column = await call("query", { table: mail, columns: [`${subject}x`] });
    expectProblem(column, 422, "UNKNOWN_COLUMN", "/columns/0");
    expect(column.text).toContain(subject);
    const where = {
      and: [{ column: subject, operator: "=", value: "x" }, { not: { column: "Nope", operator: "IS NULL" } }],
    };
    expectProblem(await call("query", { table: mail, where }), 422, "UNKNOWN_COLUMN", "/where/and/1/not/column");
    const order = await call("query", { table: mail, orderBy: [{ column: "Nope" }] });
    expectProblem(order, 422, "UNKNOWN_COLUMN", "/orderBy/0/column");
    const row = await call("create", { table: "Contacts", rows: [{ [given]: "a", [family]: "b" }, { Nope: 1 }] });
    expectProblem(row, 422, "UNKNOWN_COLUMN", "/rows/1/Nope");
    const procedure = await call("execute", { procedure: "SendMial", input: {} });
    expectProblem(procedure, 422, "UNKNOWN_PROCEDURE", "/procedure");
    expect(procedure.body.detail).toContain("SendMail");
    const input = await call("execute", {
      procedure: "SendMail",
      input: { Subject: "x", Content: "y", ToRecipient: "bob@sandbox.example" },
    });
    expectProblem(input, 422, "INVALID_QUERY", "/input/ToRecipient");
    expect(input.text).toContain("ToRecipients");
    const sql = await call("query", { sql: `SELECT Nope FROM ${mail}` });
    expectProblem(sql, 422, "UNKNOWN_COLUMN", "/sql");
    const broken = await call("query", { sql: `SELECT * FORM ${mail}` });
    expectProblem(broken, 422, "INVALID_QUERY", "/sql");
    expect(broken.body.detail).toMatch(/line 1, column \d+/);
  });

  test("a value of the wrong type, with nothing half saved", async () => {
    const before = await contacts();
    const birthday = connection === "ews" ? "Birthday" : "birthday";
    const rows = [
      { [given]: "Good", [family]: "Good" },
      { [given]: "Bad", [family]: "Bad", [birthday]: "the 3rd of May" },
      { [given]: { a: 1 }, [family]: "Bad" },
    ];
    const answer = await call("create", { table: "Contacts", rows });
    expectProblem(answer, 422, "INVALID_QUERY", `/rows/1/${birthday}`);
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(`/rows/2/${given}`);
    expect(answer.body.effect).toBe("none");
    expect(await contacts()).toEqual(before);
    const where = { column: connection === "ews" ? "IsRead" : "isRead", operator: "=", value: "perhaps" };
    expectProblem(await call("query", { table: mail, where }), 422, "INVALID_QUERY", "/where/value");
  });

  test("a character that XML cannot carry", async () => {
    const rows = [{ [given]: "a\u0001b", [family]: "x" }];
    const answer = await call("create", { table: "Contacts", rows });
    if (connection === "ews") {
      const { status, error } = answer.body.outcomes[0];
      expect([status, error.code, error.column]).toEqual(["failed", "INVALID_QUERY", given]);
      expect(error.detail).toMatch(/U\+0001 at position 1/);
    } else expect(answer.status).toBe(200);
  });

  test("a missing key, a read-only column, a deleted item", async () => {
    expectProblem(
      await call("update", { table: "Contacts", rows: [{ [given]: "x" }] }),
      422,
      "INVALID_QUERY",
      `/rows/0/${key}`,
    );
    expectProblem(await call("delete", { table: "Contacts", rows: [{}] }), 422, "INVALID_QUERY", `/rows/0/${key}`);
    const readOnly = connection === "ews" ? "DateTimeCreated" : "createdDateTime";
    const rows = [{ [given]: "x", [family]: "y", [readOnly]: "2026-01-01T00:00:00Z" }];
    expectProblem(await call("create", { table: "Contacts", rows }), 422, "READ_ONLY", `/rows/0/${readOnly}`);

    const created = await stand.admin.run(connection, "create", {
      table: "Contacts",
      rows: [{ [given]: "Gone", [family]: "Soon" }],
    });
    const id = created.outcomes[0].key[key];
    await stand.admin.run(connection, "delete", { table: "Contacts", rows: [{ [key]: id }] });
    const updated = await call("update", { table: "Contacts", rows: [{ [key]: id, [family]: "Late" }] });
    expect(updated.body.outcomes[0], updated.text).toMatchObject({ status: "failed", error: { code: "NOT_FOUND" } });
    const stopped = await call("delete", {
      table: "Contacts",
      rows: [{ [key]: id }, { [key]: id }],
      onRowError: "stop",
    });
    expect(stopped.body.summary, stopped.text).toMatchObject({ failed: 1, notAttempted: 1 });
  });

  test("a wrong row of an NDJSON upload fails alone", async () => {
    const lines = [
      { type: "record", record: { [given]: `Up1${connection}`, [family]: "Load" } },
      { type: "record", record: { Nope: 1 } },
      { type: "record", record: { [given]: `Up2${connection}`, [family]: "Load" } },
    ];
    const raw = `${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"type":"rec`;
    const answer = await stand.admin.call(`${at(connection, "create")}?table=Contacts`, undefined, {
      raw,
      headers: { "content-type": "application/x-ndjson" },
    });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.text).toContain('"UNKNOWN_COLUMN"');
    expect(
      (await contacts()).filter(
        (row: Record<string, string>) => row[given]?.startsWith("Up") && row[given]?.endsWith(connection),
      ),
    ).toHaveLength(2);
  });
});

describe("the way to the server", () => {
  const tryWith = async (name: string, properties: object) => {
    await connect(stand.admin, name, properties);
    const report = await stand.admin.ok(at(name, "test"), undefined, { method: "POST" });
    const failed = report.steps.find(({ status }: { status: string }) => status === "failed");
    expect(failed, JSON.stringify(report)).toMatchObject({ owner: expect.any(String), fix: expect.any(String) });
    expect(report.status).toBe("failed");
    const after = report.steps.slice(report.steps.indexOf(failed) + 1);
    for (const step of after) expect(step.status).toBe("skipped");
    return { failed, answer: await stand.admin.call(at(name, "query"), { table: "Inbox", limit: 1 }) };
  };

  test("nothing listens there", async () => {
    const server = `http://127.0.0.1:${await freePort()}/EWS/Exchange.asmx`;
    const { failed, answer } = await tryWith("down", { ...ewsProperties(stand.sandbox), Server: server });
    expect(failed).toMatchObject({ id: "tcp", code: "TCP_REFUSED" });
    expectProblem(answer, 502, "UNREACHABLE");
  });

  test("it is not Exchange", async () => {
    const server = stand.sandbox.description.ews.replace("/EWS/Exchange.asmx", "/owa/auth.aspx");
    const { failed, answer } = await tryWith("owa", { ...ewsProperties(stand.sandbox), Server: server });
    expect(failed.id).toBe("protocol");
    expectProblem(answer, 502, "PROTOCOL");
  });

  test("the password is wrong", async () => {
    const { failed, answer } = await tryWith("password", { ...ewsProperties(stand.sandbox), Password: "wrong-one" });
    expect(failed).toMatchObject({ id: "authentication" });
    expectProblem(answer, 502, "AUTHENTICATION_FAILED");
    expect(answer.body.remote).toMatchObject({ service: expect.any(String) });
    expect(answer.text).not.toContain("wrong-one");
  });

  test("the certificate is not trusted, and pinning cures it", async () => {
    const tls = await makeLocalTls();
    const other = await startSandbox({ tls });
    onTestFinished(() => other.stop());
    const server = `https://127.0.0.1:${other.httpsPort}/EWS/Exchange.asmx`;
    const properties = { ...ewsProperties(stand.sandbox), Server: server };
    const { failed, answer } = await tryWith("tls", properties);
    expect(failed).toMatchObject({ id: "tls", property: "SSLServerCert" });
    expectProblem(answer, 502, "CERTIFICATE");
    const pin = failed.evidence.certificate.sha256;
    await connect(stand.admin, "pinned", { ...properties, SSLServerCert: pin });
    expect((await stand.admin.call(at("pinned", "query"), { table: "Inbox", limit: 1 })).status).toBe(200);
    await connect(stand.admin, "other pin", { ...properties, SSLServerCert: pin.replaceAll(/[0-9]/g, "0") });
    const wrong = await stand.admin.call("/v1/connections/other%20pin/query", { table: "Inbox" });
    expectProblem(wrong, 502, "CERTIFICATE");
  });

  test("EWS is switched off, and the address is forbidden", async () => {
    stand.sandbox.faults.add({ kind: "ewsDisabled" });
    await connect(stand.admin, "off", ewsProperties(stand.sandbox));
    const off = await stand.admin.call(at("off", "query"), { table: "Inbox", limit: 1 });
    expect(["EWS_DISABLED", "ACCESS_DENIED"], off.text).toContain(off.body.code);
    expect(off.status).toBe(502);
    stand.sandbox.faults.clear();
    const server = "http://169.254.169.254/EWS/Exchange.asmx";
    const { failed, answer } = await tryWith("metadata", { ...ewsProperties(stand.sandbox), Server: server });
    expect(failed).toMatchObject({ id: "egress", code: "EGRESS_DENIED" });
    expectProblem(answer, 422, "EGRESS_DENIED");
  });

  test("afterwards the service is unharmed", async () => {
    expect((await stand.admin.get("/readyz")).status).toBe(200);
    expect((await stand.admin.call(at("ews", "query"), { table: "Inbox", limit: 1 })).status).toBe(200);
    const errors = stand
      .log()
      .split("\n")
      .filter((line) => line.includes('"level":"error"'));
    expect(errors).toEqual([]);
  });
});

describe("the HTTP layer", () => {
  test("refuses other content types, sizes and methods", async () => {
    const plain = await stand.admin.call(at("ews", "query"), undefined, {
      raw: "table=Inbox",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expectProblem(plain, 415, "INVALID_REQUEST");
    const large = await stand.admin.call(at("ews", "query"), { table: "x".repeat(2_000_000) });
    expectProblem(large, 413, "TOO_LARGE");
    const missing = await stand.admin.get("/v1/nothing");
    expectProblem(missing, 404, "NOT_FOUND");
    expectProblem(await stand.admin.get("/v1/connections/nobody"), 404, "NOT_FOUND");
    expectProblem(await stand.client("exk_x_y").get("/v1/connections"), 401, "UNAUTHENTICATED");
    expectProblem(await stand.admin.get("/v1/connections?pageToken=zzz"), 400, "INVALID_REQUEST");
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
