import { listOf, type Row, textOf } from "../api.ts";
import { check } from "../problem.ts";
import type { Scene, Side } from "./scene.ts";

/** Sends a query and shows its rows and warnings. */
export async function queryRows(scene: Scene, side: Side, body: object): Promise<readonly Row[]> {
  const answer = await scene.api.send("POST", `/v1/connections/${side.name}/query`, body);
  const columns = listOf(answer, "columns").map((column) => ({
    name: textOf(column, "name"),
    keepsEnd: column["type"] === "id",
  }));
  const records = listOf(answer, "records");
  scene.screen.table(columns, records);
  for (const warning of listOf(answer, "warnings")) scene.screen.note(textOf(warning, "detail"));
  return records;
}

/** The contacts with the surname of this side's contact. */
export function queryContact(scene: Scene, side: Side): Promise<readonly Row[]> {
  const { first, last, job } = side.names;
  return queryRows(scene, side, {
    table: "Contacts",
    columns: [side.key, first, last, job],
    where: { column: last, operator: "=", value: side.contact.last },
  });
}

/** Sends one row of a writing activity, shows its outcome, and returns the key. */
export async function writeRow(scene: Scene, side: Side, activity: string, row: Row): Promise<Row> {
  const body = { table: "Contacts", rows: [row] };
  const answer = await scene.api.send("POST", `/v1/connections/${side.name}/${activity}`, body);
  const [outcome, ...more] = listOf(answer, "outcomes");
  check(outcome !== undefined && more.length === 0, "One row was sent, so one outcome was expected.");
  const key = (outcome["key"] ?? {}) as Row;
  scene.screen.table(
    [{ name: "index" }, { name: "status" }, { name: side.key, keepsEnd: true }],
    [{ index: outcome["index"], status: outcome["status"], [side.key]: key[side.key] }],
  );
  check(outcome["status"] === "succeeded", `The row failed: ${JSON.stringify(outcome["error"])}`);
  return key;
}

/** The key under which the step Create made this side's contact. */
export function contactKey(scene: Scene, side: Side): Row {
  const key = scene.contacts.get(side.name);
  check(key !== undefined, `No contact was created on ${side.title}.`);
  return key;
}
