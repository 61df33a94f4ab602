import type { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { ConnectorError } from "#spi";
import { ElementReader } from "../../../../connectors/microsoft-exchange/ews/element-reader.ts";
import { readXml } from "../../../../connectors/microsoft-exchange/ews/parse.ts";
import { contentPlace, StreamedBody } from "../../../../connectors/microsoft-exchange/ews/streamed-body.ts";
import { element, leaf } from "../../../../connectors/microsoft-exchange/ews/write-xml.ts";

interface Seen {
  readonly pieces: string[];
  readonly texts: string[];
}

async function readInPieces(xml: string, size: number): Promise<Seen> {
  const seen: Seen = { pieces: [], texts: [] };
  const root = new ElementReader<Seen>();
  root.at(["a", "name"]).onText(({ texts }, text) => texts.push(text));
  root.at(["a", "content"]).onPieces(({ pieces }, piece) => pieces.push(piece));
  root.at(["a", "after"]).onText(({ texts }, text) => texts.push(text));
  const bytes = Buffer.from(xml);
  const chunks = (async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  })();
  await readXml(chunks, root, seen, async () => undefined);
  return seen;
}

describe("text that is handed on while it is parsed", () => {
  const content = "A".repeat(5000);
  const xml = `<a><name k="x>y">one &amp; two</name><x:content xmlns:x="u">${content}</x:content><after>é</after></a>`;

  test.each([
    1,
    2,
    3,
    7,
    64,
    4096,
    1 << 16,
  ])("is whole in chunks of %i bytes, and all else is read as ever", async (size) => {
    const { pieces, texts } = await readInPieces(xml, size);
    expect(pieces.join("")).toBe(content);
    expect(texts).toEqual(["one & two", "é"]);
  });

  test("is never held: no piece is longer than a chunk", async () => {
    const { pieces } = await readInPieces(xml, 512);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(512);
  });

  test("may be nothing, and may be CDATA", async () => {
    expect((await readInPieces("<a><content/><after>x</after></a>", 5)).texts).toEqual(["x"]);
    expect((await readInPieces("<a><content><![CDATA[QUJD]]></content></a>", 9)).pieces.join("")).toBe("QUJD");
  });

  test("of a document that ends too early is an error", async () => {
    await expect(readInPieces("<a><content>QUJD", 8)).rejects.toMatchObject({ code: "PROTOCOL" });
  });
});

const markup = element("Envelope", undefined, leaf("Name", "<?content?>"), element("Content", undefined, contentPlace));
const read = async (body: Readable) => Buffer.concat((await Array.fromAsync(body)) as Buffer[]).toString();

describe("a request that is written while its content arrives", () => {
  const content = (bytes: () => AsyncIterable<Uint8Array>, isRepeatable = false) => ({ isRepeatable, bytes });
  const good = async function* () {
    yield Buffer.from("hello ");
    yield Buffer.from("world");
  };
  const cut = async function* () {
    yield Buffer.from("hel");
    throw new ConnectorError("INVALID_REQUEST", "The upload broke off.");
  };

  test("holds the content in its place, whatever names say", async () => {
    const body = new StreamedBody(markup, content(good));
    expect(await read(body.open())).toBe(
      "<Envelope><Name>&lt;?content?&gt;</Name><Content>aGVsbG8gd29ybGQ=</Content></Envelope>",
    );
  });

  test("names its length when the size is known", async () => {
    const body = new StreamedBody(markup, { ...content(good), sizeBytes: 11 });
    expect(Number(body.headers["content-length"])).toBe((await read(body.open())).length);
    expect(new StreamedBody(markup, content(good)).headers).toEqual({});
  });

  test("never ends when the content breaks off, which is then the error of the call", async () => {
    const body = new StreamedBody(markup, content(cut));
    let sent = "";
    const call = body.judged(async () => {
      for await (const chunk of body.open()) sent += String(chunk);
    });
    await expect(call).rejects.toMatchObject({ code: "INVALID_REQUEST", effect: "none", retry: "never" });
    expect(sent).not.toContain("</Content>");
  });

  test("has no effect while its end was not sent, and is not sent again when it is gone", async () => {
    const lost = new ConnectorError("UNREACHABLE", "cut", { effect: "unknown" });
    const early = new StreamedBody(markup, content(good));
    await expect(
      early.judged(async () => {
        early.open();
        throw lost;
      }),
    ).rejects.toMatchObject({ effect: "none", retry: "never" });
    const whole = new StreamedBody(markup, content(good));
    await expect(
      whole.judged(async () => {
        await read(whole.open());
        throw lost;
      }),
    ).rejects.toMatchObject({ effect: "unknown", retry: "never" });
    const again = new StreamedBody(markup, content(good, true));
    await expect(
      again.judged(async () => {
        again.open().destroy();
        throw lost;
      }),
    ).rejects.toMatchObject({ effect: "none", retry: "later" });
  });
});
