import { Readable } from "node:stream";
import { type Batch, type ConnectorContext, ConnectorError, type HttpClient, type HttpResponse } from "#spi";
import type { EwsColumn } from "../../../../connectors/microsoft-exchange/ews/binding.ts";
import type { EwsConfig } from "../../../../connectors/microsoft-exchange/ews/config.ts";
import { openEwsSession } from "../../../../connectors/microsoft-exchange/ews/session.ts";
import { ewsTables } from "../../../../connectors/microsoft-exchange/tables/ews/index.ts";

/** One call as a script sees it. */
export interface Call {
  readonly operation: string;
  readonly body: string;
  /** Offset of the page asked for. */
  readonly offset: number;
  readonly count: number;
  readonly ids: readonly string[];
}

export interface Scripted {
  readonly status?: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that answers by a function; counts what is in flight. */
export class ScriptedServer implements HttpClient {
  readonly calls: Call[] = [];
  readonly inFlight = new Map<string, number>();
  readonly peaks = new Map<string, number>();
  readonly #answer: (call: Call) => Scripted | Promise<Scripted>;

  constructor(answer: (call: Call) => Scripted | Promise<Scripted>) {
    this.#answer = answer;
  }

  async request({ body, operation, signal }: Parameters<HttpClient["request"]>[0]): Promise<HttpResponse> {
    const text = String(body);
    const call: Call = {
      operation,
      body: text,
      offset: Number(/Offset="(\d+)"/.exec(text)?.[1] ?? 0),
      count: Number(/MaxEntriesReturned="(\d+)"/.exec(text)?.[1] ?? 0),
      ids: [...text.matchAll(/<t:ItemId Id="([^"]*)"/g)].map((match) => match[1] ?? ""),
    };
    this.calls.push(call);
    const flying = (this.inFlight.get(operation) ?? 0) + 1;
    this.inFlight.set(operation, flying);
    this.peaks.set(operation, Math.max(flying, this.peaks.get(operation) ?? 0));
    try {
      // A turn of the event loop, so that calls overlap as they would.
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      const { status = 200, body: xml, headers = {} } = await this.#answer(call);
      const all: Record<string, string> = { "content-type": "text/xml; charset=utf-8", ...headers };
      return {
        status,
        headers: all,
        header: (name) => (all[name] === undefined ? [] : [all[name]]),
        body: Readable.from([Buffer.from(xml)]),
        text: async () => xml,
        json: async () => JSON.parse(xml),
        discard: async () => undefined,
      };
    } finally {
      this.inFlight.set(operation, (this.inFlight.get(operation) ?? 1) - 1);
    }
  }
}

const context = (http: HttpClient): ConnectorContext => ({
  http,
  socket: () => Promise.reject(new Error("this connector speaks HTTP only")),
  clock: { now: () => 0, sleep: async () => undefined },
  random: { bytes: (count) => new Uint8Array(count), fraction: () => 0, uuid: () => crypto.randomUUID() },
  log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  files: {
    read: async () => new Uint8Array(),
    resolve: async (path) => path,
    open: () => Promise.reject(new Error("no such file")),
    writeStream: async (_, name, content) => {
      await Array.fromAsync(content);
      return name;
    },
    write: async (_, name) => name,
  },
  attempt: (_, send, signal) => send(signal),
});

const config: EwsConfig = {
  endpoint: "https://mail.example/EWS/Exchange.asmx",
  platform: "Exchange2013_SP1",
  includeContent: false,
  bodyType: "Best",
  pageSize: 1000,
  folderDepth: 5,
  itemConcurrency: 4,
};

export const session = (http: HttpClient, changes: Partial<EwsConfig> = {}) =>
  openEwsSession({ ...config, ...changes }, context(http));

export const table = (name: string) => {
  const found = ewsTables({ platform: "Exchange2013_SP1" }).find((each) => each.name === name);
  if (found === undefined) throw new Error(`no table ${name}`);
  return found;
};

export function columnsOf(name: string, names: readonly string[]): readonly EwsColumn[] {
  return names.map((each) => {
    const found = table(name).columns.find((column) => column.name === each);
    if (found === undefined) throw new Error(`no column ${each}`);
    return found;
  });
}

/** A pushed-down query of the Inbox, as the runtime would hand it over. */
export function query(names: readonly string[], more: Record<string, unknown> = {}) {
  return {
    table: table("Inbox"),
    columns: columnsOf("Inbox", names),
    orderBy: [],
    pseudo: {},
    columnsNamed: true,
    ...more,
  };
}

export async function take(batches: AsyncIterable<Batch>, most = Number.POSITIVE_INFINITY): Promise<Batch[]> {
  const taken: Batch[] = [];
  for await (const batch of batches) {
    taken.push(batch);
    if (taken.length >= most) break;
  }
  return taken;
}

export const soap = (inner: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><h:ServerVersionInfo MajorVersion="15" MinorVersion="2" MajorBuildNumber="1" MinorBuildNumber="0" xmlns:h="http://schemas.microsoft.com/exchange/services/2006/types"/></s:Header><s:Body xmlns:m="m" xmlns:t="t">${inner}</s:Body></s:Envelope>`;

const message = (id: string, more: string) => `<t:Message><t:ItemId Id="${id}" ChangeKey="c"/>${more}</t:Message>`;

/** A page of a folder with `total` items, `at most` many of them. */
export function page(
  { offset, count }: Call,
  total: number,
  most = count,
  more: (id: string) => string = () => "",
): Scripted {
  const end = Math.min(total, offset + Math.min(count, most));
  const items = Array.from({ length: Math.max(0, end - offset) }, (_, at) =>
    message(`id${offset + at}`, more(`id${offset + at}`)),
  );
  return {
    body: soap(
      `<m:FindItemResponse><m:ResponseMessages><m:FindItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:RootFolder IndexedPagingOffset="${end}" TotalItemsInView="${total}" IncludesLastItemInRange="${end >= total}"><t:Items>${items.join("")}</t:Items></m:RootFolder></m:FindItemResponseMessage></m:ResponseMessages></m:FindItemResponse>`,
    ),
  };
}

export function items({ ids }: Call, more: (id: string) => string | undefined): Scripted {
  const messages = ids.map((id) => {
    const inner = more(id);
    return inner === undefined
      ? `<m:GetItemResponseMessage ResponseClass="Error"><m:MessageText>gone</m:MessageText><m:ResponseCode>ErrorItemNotFound</m:ResponseCode><m:Items/></m:GetItemResponseMessage>`
      : `<m:GetItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items>${message(id, inner)}</m:Items></m:GetItemResponseMessage>`;
  });
  return {
    body: soap(`<m:GetItemResponse><m:ResponseMessages>${messages.join("")}</m:ResponseMessages></m:GetItemResponse>`),
  };
}

export const failure = (operation: string, code: string): Scripted => ({
  body: soap(
    `<m:${operation}Response><m:ResponseMessages><m:${operation}ResponseMessage ResponseClass="Error"><m:MessageText>no</m:MessageText><m:ResponseCode>${code}</m:ResponseCode></m:${operation}ResponseMessage></m:ResponseMessages></m:${operation}Response>`,
  ),
});

export const tooLarge = (): never => {
  throw new ConnectorError("TOO_LARGE", "the answer is too large");
};
