import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DigestCheck } from "../../../src/http/contents/digest.ts";
import { attachmentDisposition, dispositionName, safeMediaType } from "../../../src/http/contents/disposition.ts";
import { readForm } from "../../../src/http/contents/multipart.ts";
import { rangeRequest } from "../../../src/http/contents/range.ts";

describe("Range", () => {
  test.each([
    ["bytes=0-9", { first: 0, last: 9 }],
    ["bytes=5-", { first: 5 }],
    ["Bytes = -7", { suffix: 7 }],
    ["bytes=9-3", undefined],
    ["bytes=0-1,4-5", undefined],
    ["lines=0-1", undefined],
    ["bytes=-", undefined],
  ])("%s", (range, expected) => {
    expect(rangeRequest({ range }).range).toEqual(expected);
  });

  test("goes with its conditions", () => {
    const request = rangeRequest({ range: "bytes=1-", "if-range": ' "a" ', "if-none-match": 'W/"b", "c"' });
    expect(request).toEqual({ range: { first: 1 }, ifRange: '"a"', ifNoneMatch: ['"b"', '"c"'] });
  });
});

describe("Content-Disposition of a download", () => {
  test.each([
    ["report.pdf", 'attachment; filename="report.pdf"'],
    ['a"b\\c%41.txt', `attachment; filename="c_41.txt"; filename*=UTF-8''c%2541.txt`],
    ["../../etc/passwd", 'attachment; filename="passwd"'],
    ["Füße 😀.txt", `attachment; filename="F__e _.txt"; filename*=UTF-8''F%C3%BC%C3%9Fe%20%F0%9F%98%80.txt`],
    ["", 'attachment; filename="attachment"'],
    ["it's (1)*.txt", `attachment; filename="it's (1)*.txt"`],
  ])("%j", (name, header) => {
    expect(attachmentDisposition(name)).toBe(header);
  });

  test("is one header of visible ASCII, whatever the sender called the file", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        expect(attachmentDisposition(`a\r\nX: y${name}`)).toMatch(
          /^attachment; filename="[^"\\]*"(; filename\*=UTF-8''[\x21-\x7e]+)?$/,
        );
      }),
    );
  });

  test("read back gives the name", () => {
    for (const name of ["report.pdf", "Füße 😀.txt", "a b;c.txt"])
      expect(dispositionName(attachmentDisposition(name))).toBe(name);
    expect(dispositionName("attachment; filename=plain.txt")).toBe("plain.txt");
    expect(dispositionName("attachment")).toBeUndefined();
  });
});

test("a media type is passed on as far as it is one", () => {
  expect(safeMediaType("text/html; charset=utf-8; x=y")).toBe("text/html; charset=utf-8");
  expect(safeMediaType("image/svg+xml")).toBe("image/svg+xml");
  expect(safeMediaType("text/plain\r\nX: y")).toBe("text/plain");
  expect(safeMediaType("whatever")).toBe("application/octet-stream");
});

describe("digests", () => {
  const body = Buffer.from("hello");
  const digest = (algorithm: string) => createHash(algorithm).update(body).digest("base64");
  const check = (headers: Record<string, string>, bytes: Buffer = body) => {
    const digests = new DigestCheck(headers);
    digests.update(bytes.subarray(0, 2));
    digests.update(bytes.subarray(2));
    digests.end();
  };
  const good: Record<string, string>[] = [
    { "content-digest": `sha-256=:${digest("sha256")}:` },
    { "repr-digest": `sha-512=:${digest("sha512")}:` },
    { "content-digest": `crc32c=:AAAA:, sha-256=:${digest("sha256")}:` },
    { "content-md5": digest("md5") },
    {},
  ];
  test.each(good)("%j fits", (headers) => {
    expect(() => check(headers)).not.toThrow();
  });
  test.each(good.slice(0, 4))("%j does not fit another body", (headers) => {
    expect(() => check(headers, Buffer.from("hellp"))).toThrow(/damaged/);
  });
  test.each([
    { "content-digest": "sha-256=abc" },
    { "content-digest": "sha-256=:AAAA:" },
    { "content-digest": "crc32c=:AAAA:" },
    { "content-md5": "x" },
  ])("%j is refused before the body is read", (headers) => {
    expect(() => new DigestCheck(headers)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
  });
});

describe("a form", () => {
  const part = (disposition: string, value: string, more = "") =>
    `--b\r\nContent-Disposition: form-data; ${disposition}\r\n${more}\r\n${value}\r\n`;
  const field = (name: string, value: string) => part(`name="${name}"`, value);
  const file = (value: string, more = "Content-Type: image/png\r\n") =>
    part('name="file"; filename="föö.png"', value, more);
  const end = "--b--\r\n";

  async function read(text: string, size = 10) {
    const bytes = Buffer.from(text);
    const source = (async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })();
    const form = await readForm(source, "multipart/form-data; boundary=b");
    const chunks = await Array.fromAsync(form.bytes());
    return { ...form, content: Buffer.concat(chunks).toString() };
  }

  test.each([1, 7, 64, 4096])("gives fields, then the file, in chunks of %i bytes", async (size) => {
    const content = "x--b\r\n".repeat(100);
    const form = await read(field("name", "other.png") + field("isInline", "true") + file(content) + end, size);
    expect(form).toMatchObject({ content, fileName: "föö.png", contentType: "image/png" });
    expect([...form.fields]).toEqual([
      ["name", "other.png"],
      ["isInline", "true"],
    ]);
  });

  test.each([
    ["no file", field("name", "x") + end],
    ["a field after the file", file("x") + field("name", "x") + end],
    ["two files", file("x") + file("y") + end],
    ["no end", file("x".repeat(2000))],
    ["a cut boundary", `${file("x")}--b`],
    ["no form", "hello"],
    ["an encoded file", file("eA==", "Content-Transfer-Encoding: base64\r\n") + end],
    ["a field too long", field("name", "x".repeat(5000)) + file("x") + end],
    ["too many fields", field("n", "x").repeat(9) + file("x") + end],
  ])("with %s is refused", async (_what, text) => {
    await expect(read(text)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  test("without boundary is refused", async () => {
    const source = (async function* () {
      yield Buffer.from("x");
    })();
    await expect(readForm(source, "multipart/form-data")).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  test("lets go of its source when it is closed half-way", async () => {
    let isReleased = false;
    const head = Buffer.from(file("").slice(0, -2));
    const source = (async function* () {
      try {
        yield head;
        for (;;) yield Buffer.alloc(64 * 1024);
      } finally {
        isReleased = true;
      }
    })();
    const form = await readForm(source, "multipart/form-data; boundary=b");
    form.close();
    await new Promise(setImmediate);
    expect(isReleased).toBe(true);
  });
});
