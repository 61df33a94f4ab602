import { expect } from "vitest";
import type { Row } from "#spi";
import type { WalkContext } from "./walk.ts";

/** Runs a procedure of the connection under test; answers its rows. */
export async function execute({ stand }: WalkContext, procedure: string, input: object = {}): Promise<readonly Row[]> {
  const answer = await stand.admin.call("/v1/connections/walked/execute", { procedure, input });
  expect(answer.status, `${procedure} ${JSON.stringify(input)}: ${answer.text}`).toBe(200);
  return answer.body.results;
}

/** The one row a procedure answers. */
export async function executeOne(context: WalkContext, procedure: string, input: object = {}): Promise<Row> {
  const [row] = await execute(context, procedure, input);
  if (row === undefined) throw new Error(`${procedure} answered no row`);
  return row;
}
