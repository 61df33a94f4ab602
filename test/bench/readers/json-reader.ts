import { Client } from "@microsoft/microsoft-graph-client";
import { Agent, request } from "undici";
import { type GraphBenchColumn, graphColumns, graphSelect } from "../columns.ts";
import { PackedFile } from "./packed-file.ts";

interface Page {
  readonly value: readonly Record<string, unknown>[];
  readonly "@odata.nextLink"?: string;
}

const agent = new Agent({ keepAliveTimeout: 60_000 });

function valueAt(item: unknown, path: GraphBenchColumn["path"]): unknown {
  let value = item;
  for (const name of path) value = (value as Record<string, unknown> | undefined)?.[name];
  return value ?? null;
}

function frame(item: unknown): string {
  const record: Record<string, unknown> = {};
  for (const { name, path } of graphColumns) record[name] = valueAt(item, path);
  return `{"type":"record","record":${JSON.stringify(record)}}`;
}

async function readPages(file: string, first: string, read: (link: string) => Promise<Page>): Promise<number> {
  const out = new PackedFile(file);
  let rows = 0;
  for (let link: string | undefined = first; link !== undefined; ) {
    const page: Page = await read(link);
    for (const item of page.value) out.line(frame(item));
    rows += page.value.length;
    link = page["@odata.nextLink"];
  }
  out.close();
  return rows;
}

const firstLink = (limit: number): string => `/me/messages?$select=${graphSelect}&$top=${Math.min(1000, limit)}`;

/** Reads a list with undici and JSON.parse into a file. */
export function readGraphList(url: string, limit: number, file: string): Promise<number> {
  return readPages(file, `${url}/v1.0${firstLink(limit)}`, async (link) => {
    const answer = await request(link, { headers: { authorization: "Bearer fake" }, dispatcher: agent });
    return JSON.parse(await answer.body.text()) as Page;
  });
}

/** Reads the same with Microsoft's client and its stock chain. */
export function readWithGraphClient(url: string, limit: number, file: string): Promise<number> {
  const client = Client.init({ baseUrl: `${url}/`, authProvider: (done) => done(null, "fake") });
  return readPages(file, firstLink(limit), (link) => client.api(link).get() as Promise<Page>);
}
