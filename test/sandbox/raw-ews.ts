import { afterAll, beforeAll, expect } from "vitest";
import {
  type RunningSandbox,
  type SandboxOptions,
  startSandbox,
} from "../../connectors/microsoft-exchange/sandbox/sandbox.ts";
import { hasEwsContract, validateEws } from "./ews-contract.ts";

/** One answer: status, headers and text, with a few ways to look into it. */
export class RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;

  constructor(status: number, headers: Headers, text: string) {
    this.status = status;
    this.headers = headers;
    this.text = text;
  }

  /** All values of an attribute of elements of that name, in order. */
  attributes(element: string, attribute: string): string[] {
    return [...this.text.matchAll(new RegExp(`<\\w+:${element}\\b[^>]*?\\b${attribute}="([^"]*)"`, "g"))].map(
      (m) => m[1] ?? "",
    );
  }

  attribute(element: string, attribute: string): string {
    const [first] = this.attributes(element, attribute);
    if (first === undefined) throw new Error(`no ${attribute} of ${element} in ${this.text}`);
    return first;
  }

  /** Texts of all elements of that name, entities resolved. */
  texts(element: string): string[] {
    const found = this.text.matchAll(new RegExp(`<\\w+:${element}(?:\\s[^>]*)?>([^<]*)</\\w+:${element}>`, "g"));
    return [...found].map((m) => decodeEntities(m[1] ?? ""));
  }

  /** Response codes in order. */
  get codes(): string[] {
    return this.texts("ResponseCode");
  }
}

const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', amp: "&" };

function decodeEntities(text: string): string {
  return text
    .replace(/&#x([0-9A-F]+);/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&(lt|gt|quot|amp);/g, (_, name: string) => entities[name] ?? "");
}

/** Options of one raw request. */
export interface RawOptions {
  user?: string;
  password?: string;
  /** A bearer token instead of name and password. */
  token?: string;
  version?: string | undefined;
  header?: string;
  url?: string;
  /** The answer is known to carry characters XML has no place for. */
  skipContract?: boolean;
}

/** Wraps an operation in an envelope. */
export function envelope(body: string, { version = "Exchange2016", header = "" }: RawOptions = {}): string {
  const versionHeader = version === "" ? "" : `<t:RequestServerVersion Version="${version}"/>`;
  return `<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><soap:Header>${versionHeader}${header}</soap:Header><soap:Body>${body}</soap:Body></soap:Envelope>`;
}

/** A sandbox for one test file, and a way to send raw operations; every answer is checked against the schemas. */
export function useSandbox(options: SandboxOptions = {}) {
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox(options);
  });
  afterAll(async () => {
    await sandbox.stop();
  });
  async function send(xml: string, raw: RawOptions = {}): Promise<RawAnswer> {
    const { user = "alice@sandbox.example", password = "sandbox" } = raw;
    const basic = user === "" ? undefined : `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const authorization = raw.token === undefined ? basic : `Bearer ${raw.token}`;
    const response = await fetch(raw.url ?? sandbox.ewsUrl, {
      method: "POST",
      headers: {
        "Content-Type": "text/xml; charset=utf-8",
        ...(authorization ? { Authorization: authorization } : {}),
      },
      body: xml,
    });
    return new RawAnswer(response.status, response.headers, await response.text());
  }
  async function call(body: string, raw: RawOptions = {}): Promise<RawAnswer> {
    const xml = envelope(body, raw);
    const answer = await send(xml, raw);
    if (hasEwsContract && !raw.skipContract && answer.text !== "") {
      expect(validateEws(answer.text), `answer ${answer.text.slice(0, 2000)}`).toBeUndefined();
      expect(validateEws(answer.text, "onprem")).toBeUndefined();
    }
    return answer;
  }
  return { call, send, sandbox: () => sandbox };
}
