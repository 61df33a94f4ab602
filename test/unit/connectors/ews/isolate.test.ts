import { describe, expect, test } from "vitest";
import { ScriptedServer, session, soap, table } from "./scripted.ts";

const never = new AbortController().signal;

const schemaFault = soap(
  `<s:Fault><faultcode xmlns:a="t">a:ErrorSchemaValidation</faultcode><faultstring>The request failed schema validation.</faultstring><detail><e:ResponseCode xmlns:e="e">ErrorSchemaValidation</e:ResponseCode></detail></s:Fault>`,
);

const created = (count: number, first: number) =>
  soap(
    `<m:CreateItemResponse><m:ResponseMessages>${Array.from({ length: count }, (_, at) => `<m:CreateItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items><t:Message><t:ItemId Id="new${first + at}" ChangeKey="c"/></t:Message></m:Items></m:CreateItemResponseMessage>`).join("")}</m:ResponseMessages></m:CreateItemResponse>`,
  );

function refusing(isBad: (subject: string) => boolean): ScriptedServer {
  let next = 0;
  return new ScriptedServer(({ body }) => {
    const subjects = [...body.matchAll(/<t:Subject>([^<]*)</g)].map((match) => match[1] ?? "");
    if (subjects.some(isBad)) return { status: 500, body: schemaFault };
    next += subjects.length;
    return { body: created(subjects.length, next - subjects.length) };
  });
}

const rows = (count: number) => Array.from({ length: count }, (_, at) => ({ Subject: `row ${at}` }));

describe("a request refused for one of its rows", () => {
  test("fails that row alone", async () => {
    const server = refusing((subject) => subject === "row 37");
    const outcomes = await session(server).create(table("Drafts"), rows(100), never);
    expect(outcomes.filter(({ status }) => status === "succeeded")).toHaveLength(99);
    expect(outcomes[37]).toMatchObject({
      index: 37,
      status: "failed",
      error: { code: "INVALID_QUERY", remote: { code: "ErrorSchemaValidation" } },
    });
    expect(new Set(outcomes.map(({ key }) => key?.["ItemId"])).size).toBe(100);
    expect(server.calls.length).toBeLessThan(16);
  });

  test("is not repeated row by row when the server refuses them all", async () => {
    const server = refusing(() => true);
    const outcomes = await session(server).create(table("Drafts"), rows(100), never);
    expect(outcomes.every(({ status }) => status === "failed")).toBe(true);
    expect(server.calls.length).toBeLessThan(40);
  });
});
