import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectBoth, type Stand, startStand } from "./support/stand.ts";

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
  await connectBoth(stand);
});
afterAll(() => stand.stop());

const name = "Create Calendar Event For User";
const event = (subject: string) => ({
  subject,
  start: "2031-11-03T09:00:00",
  end: "2031-11-03T10:00:00",
  timeZone: "Europe/Berlin",
});

describe.each([{ connection: "ews" }, { connection: "graph" }])("actions of the spokes over $connection", ({
  connection,
}) => {
  const execute = (procedure: string, input: object) => stand.admin.run(connection, "execute", { procedure, input });
  const call = (body: object, headers: Record<string, string> = {}) =>
    stand.admin.call(`/v1/connections/${connection}/execute`, body, { headers });

  test("stand in the catalogue under their own names", async () => {
    const { status, body } = await stand.admin.get(
      `/v1/connections/${connection}/procedures/${encodeURIComponent(name)}`,
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ name, writes: true });
    const inputs = (body as { inputs: { name: string }[] }).inputs.map((input) => input.name);
    expect(inputs).toEqual(expect.arrayContaining(["mailbox", "kind", "subject", "start", "end", "timeZone"]));
  });

  test("are executed by name and by statement, in any spelling of letters", async () => {
    const { results } = await execute(name, event("By name"));
    expect(results).toMatchObject([{ itemId: expect.any(String), created: true }]);
    const values = "subject = 'By statement', start = '2031-11-03T09:00:00Z', end = '2031-11-03T10:00:00Z'";
    for (const sql of [`EXECUTE [${name}] ${values}`, `EXECUTE "${name.toUpperCase()}" ${values}`]) {
      const answer = await call({ sql });
      expect(answer.status, answer.text).toBe(200);
      expect(answer.body).toMatchObject({ results: [{ created: true }] });
    }
  });

  test("with an Idempotency-Key are done once", async () => {
    const body = { procedure: name, input: event(`Once ${connection}`) };
    const key = { "idempotency-key": `once-${connection}` };
    const first = await call(body, key);
    expect(first.status, first.text).toBe(200);
    expect((await call(body, key)).body).toEqual(first.body);
    const stored = await execute("Look up Meetings Stream", {
      start: "2031-11-03T00:00:00Z",
      end: "2031-11-04T00:00:00Z",
      select: "subject",
    });
    expect(stored.results.filter(({ subject }: { subject: string }) => subject === `Once ${connection}`)).toHaveLength(
      1,
    );
  });

  test("stream as NDJSON and CSV", async () => {
    const body = { procedure: "Look Up Mail Folders by User ID", input: {} };
    const streamed = await call(body, { accept: "application/x-ndjson" });
    const frames = streamed.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(frames[0]).toMatchObject({ type: "columns" });
    expect(frames.slice(1, -1).every(({ type }) => type === "record")).toBe(true);
    expect(frames.at(-1)).toEqual({ type: "end", count: frames.length - 2 });
    const csv = await call(body, { accept: "text/csv" });
    expect(csv.text.split("\r\n")[0]).toMatch(/^folderId,name,/);
    expect(csv.text).toContain(",Inbox,");
  });

  test("keep files of a record in the service and remove them", async () => {
    const { results } = await execute(name, event("With a file"));
    const eventId = results[0].itemId;
    const content = Buffer.from("kept").toString("base64");
    const made = await execute("Create Attachment", { eventId, name: "../evil.txt", content });
    const place = { attachmentId: made.results[0].attachmentId, ...(connection === "graph" ? { eventId } : {}) };
    const kept = await execute("Copy Attachment to Event Record", { ...place, record: "../../EVT 1" });
    const { file } = kept.results[0];
    expect(file).toMatch(/^records\/[^/]+\/[^/]+$/);
    expect(await readFile(path.join(stand.dataDir, "files", file), "utf8")).toBe("kept");
    const copied = await execute("Copy Attachment to Calendar Event", { eventId, file });
    expect(copied.results).toEqual([{ attachmentId: expect.any(String) }]);
    const gone = await execute("Delete Attachments from Event Record", { record: "../../EVT 1" });
    expect(gone.results).toEqual([{ count: 1 }]);
    await expect(readFile(path.join(stand.dataDir, "files", file))).rejects.toThrow("ENOENT");
  });

  test("that only a cmdlet does are refused by its name and send nothing", async () => {
    const before = stand.upstreamCalls();
    const answer = await call({ procedure: "Delete Address List", input: { identity: "All Rooms" } });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ code: "UNSUPPORTED", cause: "REQUIRES_EXCHANGE_POWERSHELL" });
    expect(answer.text).toContain("Remove-AddressList");
    expect(stand.upstreamCalls()).toBe(before);
  });

  test("with wrong inputs are refused with their places", async () => {
    const answer = await call({ procedure: name, input: { subjet: "x", start: "2031-11-03T09:00:00" } });
    expect(answer.status).toBe(422);
    const { errors } = answer.body as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toEqual(["/input/subjet", "/input/end"]);
  });
});
