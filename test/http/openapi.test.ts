import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codeInfo } from "#spi";
import { generateDocuments } from "../../src/commands/write-openapi.ts";
import { statusByCode } from "../../src/http/status-of.ts";
import { bearer, bench } from "./support/app.ts";
import { recordRoutes, requestFor } from "./support/routes.ts";

type Json = Record<string, unknown>;
interface Operation extends Json {
  operationId: string;
  summary: string;
  tags: string[];
  responses: Record<string, Json>;
  parameters?: { name: string; in: string; schema: Json }[];
  requestBody?: { content: Record<string, { schema: Json }> };
  security?: unknown[];
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  tags: { name: string }[];
  components: { schemas: Record<string, Json>; responses: Record<string, Json> };
}

const { app } = bench();
const routesOf = recordRoutes(app);
let document: Document;
beforeAll(async () => {
  document = (await app.inject("/openapi.json")).json();
});
afterAll(() => app.close());

const operations = (): { path: string; method: string; operation: Operation }[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

function walk(value: unknown, visit: (node: Json, pointer: string) => void, pointer = "#"): void {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) visit(value as Json, pointer);
  for (const [key, child] of Object.entries(value)) walk(child, visit, `${pointer}/${key}`);
}

const resolve = (reference: string): unknown =>
  reference
    .slice(2)
    .split("/")
    .reduce<unknown>((node, token) => (node as Json | undefined)?.[token], document);

describe("the OpenAPI document", () => {
  test("is 3.1 and lists exactly the routes of the service", () => {
    expect(document.openapi).toBe("3.1.0");
    const listed = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    const served = routesOf()
      .filter(({ url }) => !url.startsWith("/docs") && url !== "/openapi.json")
      .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, "{$1}")}`);
    expect(served.length).toBeGreaterThan(50);
    expect(listed.sort()).toEqual(served.sort());
  });

  test("every reference resolves, and every component is used", () => {
    const used = new Set<string>();
    walk(document, (node, pointer) => {
      if (typeof node["$ref"] !== "string") return;
      used.add(node["$ref"]);
      expect(resolve(node["$ref"]), `${pointer} → ${node["$ref"]}`).toBeDefined();
    });
    expect(used.size).toBeGreaterThan(30);
    for (const name of Object.keys(document.components.schemas)) expect(used).toContain(`#/components/schemas/${name}`);
  });

  test("every operation has a name of its own, a summary, a known tag, and says who may call it", () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = document.tags.map(({ name }) => name);
    for (const { operation } of operations()) {
      expect(operation.summary, operation.operationId).toMatch(/^[A-Z].*[^.]$/);
      expect(tags, operation.operationId).toContain(operation.tags[0]);
      expect(operation["description"]).toMatch(/Scopes: .*admin\.|Needs no key\./);
      expect(Object.keys(operation).filter((key) => key.startsWith("x-") && key !== "x-scopes")).toEqual([]);
    }
  });

  test("every path parameter is declared", () => {
    for (const { path, operation } of operations()) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
      expect(declared.map(({ name }) => name).sort(), path).toEqual(inPath);
    }
  });

  test("every schema in it is a valid JSON Schema 2020-12", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const schemas = Object.fromEntries(
      Object.entries(document.components.schemas).map(([name, schema]) => [name, rewrite(schema)]),
    );
    ajv.addSchema({ $id: "doc", $defs: schemas });
    for (const [name, schema] of Object.entries(schemas)) expect(ajv.validateSchema(schema), name).toBe(true);
    for (const { operation } of operations())
      for (const { schema } of Object.values(operation.requestBody?.content ?? {}))
        expect(() => ajv.compile(rewrite(schema)), operation.operationId).not.toThrow();
  });

  test("examples fit their schemas", () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const schemas = Object.fromEntries(
      Object.entries(document.components.schemas).map(([name, schema]) => [name, rewrite(schema)]),
    );
    ajv.addSchema({ $id: "doc", $defs: schemas });
    let checked = 0;
    for (const [name, schema] of Object.entries(schemas))
      for (const example of (schema["examples"] as unknown[] | undefined) ?? []) {
        checked += 1;
        const validate = ajv.compile({ $ref: `doc#/$defs/${name}` });
        expect(validate(example), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true);
      }
    expect(checked).toBeGreaterThan(5);
  });

  test("answers of the service fit the documented schemas", async () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const schemas = Object.entries(document.components.schemas).map(([name, schema]) => [name, rewrite(schema)]);
    ajv.addSchema({ $id: "doc", $defs: Object.fromEntries(schemas) });
    let checked = 0;
    for (const route of routesOf().filter(({ url }) => url.startsWith("/v1") && !url.startsWith("/v1/runs"))) {
      const answer = await app.inject({ ...requestFor(route), headers: bearer("admin") });
      const operation = document.paths[route.url.replace(/:(\w+)/g, "{$1}")]![route.method.toLowerCase()]!;
      const documented = operation.responses[String(answer.statusCode)] as
        | { content?: Record<string, { schema: Json }> }
        | undefined;
      expect(documented, `${route.method} ${route.url} → ${answer.statusCode}`).toBeDefined();
      const schema = documented?.content?.["application/json"]?.schema;
      if (schema === undefined) continue;
      const validate = ajv.compile(rewrite(schema));
      expect(validate(answer.json()), `${route.url}: ${JSON.stringify(validate.errors)}`).toBe(true);
      checked += 1;
    }
    expect(checked).toBeGreaterThan(35);
  });

  test("problems are documented for every operation, and NDJSON and CSV for those that stream", () => {
    for (const { operation } of operations()) {
      expect(Object.keys(operation.responses), operation.operationId).toEqual(
        expect.arrayContaining(["400", "500", "503"]),
      );
      if (operation.security === undefined)
        expect(Object.keys(operation.responses), operation.operationId).toEqual(
          expect.arrayContaining(["401", "403", "429"]),
        );
    }
    const query = document.paths["/v1/connections/{connection}/query"]!["post"]!;
    const content = (query.responses["200"] as { content: Json }).content;
    expect(Object.keys(content)).toEqual(["application/json", "application/x-ndjson", "text/csv"]);
    const create = document.paths["/v1/connections/{connection}/create"]!["post"]!;
    expect(Object.keys(create.requestBody!.content)).toEqual(["application/json", "application/x-ndjson"]);
    expect(create.parameters?.map(({ name }) => name)).toContain("idempotency-key");
  });
});

/** References into the document become references into the one schema ajv knows. */
const rewrite = (schema: Json): Json =>
  JSON.parse(JSON.stringify(schema).replaceAll("#/components/schemas/", "doc#/$defs/")) as Json;

describe("published documents", () => {
  test("problems.json has one entry per code with its status", async () => {
    const documents = await generateDocuments();
    const problems = JSON.parse(documents.find(({ path }) => path === "openapi/problems.json")!.text) as {
      code: keyof typeof statusByCode;
      status: number;
      type: string;
    }[];
    expect(problems.map(({ code }) => code)).toEqual(Object.keys(codeInfo));
    for (const { code, status } of problems) expect(status).toBe(statusByCode[code]);
    expect(new Set(problems.map(({ type }) => type)).size).toBe(problems.length);
  });

  test("the generated document is the served one, and generating twice gives the same bytes", async () => {
    const [first, again] = [await generateDocuments(), await generateDocuments()];
    expect(again).toEqual(first);
    const generated = JSON.parse(first[0]!.text) as Document;
    expect(generated.paths).toEqual(document.paths);
  });
});
