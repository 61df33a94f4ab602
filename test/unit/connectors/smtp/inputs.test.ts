import { describe, expect, test } from "vitest";
import type { Value } from "#spi";
import { mailboxesOf } from "../../../../connectors/smtp/message/addresses.ts";
import { attachmentsOf } from "../../../../connectors/smtp/message/attachments.ts";

const disk: Readonly<Record<string, string>> = { "reports/a.txt": "from disk" };
const files = {
  read: async (path: string) => {
    const text = disk[path];
    if (text === undefined) throw new Error(`no file ${path}`);
    return Buffer.from(text);
  },
};
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Names and texts of the files that these inputs carry. */
async function filesOf(inputs: Readonly<Record<string, string>>, list?: Value) {
  const found = await attachmentsOf({ text: (name) => inputs[name], list, files });
  return found.map(({ name, content }) => [name, Buffer.from(content).toString()]);
}

describe("files", () => {
  test("come as a list, as text, from disk, and by the single inputs of EWS and Graph", async () => {
    expect(
      await filesOf({}, [
        { Name: "a", Content: base64("1") },
        { Name: "b", Content: "" },
      ]),
    ).toEqual([
      ["a", "1"],
      ["b", ""],
    ]);
    expect(await filesOf({}, `a, b.txt,${base64("1")}; c,${base64("2")};@reports/a.txt;`)).toEqual([
      ["a, b.txt", "1"],
      ["c", "2"],
      ["a.txt", "from disk"],
    ]);
    expect(await filesOf({ AttachmentName: "a", AttachmentContent: base64("1") })).toEqual([["a", "1"]]);
    expect(await filesOf({ FileName: "a", ContentBytes: base64("1") })).toEqual([["a", "1"]]);
    expect(await filesOf({ FileName: "a", ContentStream: base64("1") })).toEqual([["a", "1"]]);
    expect(await filesOf({ LocalFile: "reports/a.txt" })).toEqual([["a.txt", "from disk"]]);
    expect(await filesOf({ LocalFile: "reports/a.txt", FileName: "b.txt" })).toEqual([["b.txt", "from disk"]]);
    expect(await filesOf({})).toEqual([]);
  });

  const wrong: readonly (readonly [string, Readonly<Record<string, string>>, Value, string])[] = [
    ["a list of texts", {}, ["a"], "Attachments"],
    ["an object", {}, { Name: "a" }, "Attachments"],
    ["an entry without content", {}, [{ Name: "a" }], "Attachments"],
    ["an unknown member", {}, [{ Name: "a", Content: "", Size: "1" }], "Attachments"],
    ["a type that is none", {}, [{ Name: "a", Content: "", ContentType: "text" }], "Attachments"],
    ["a type with a line break", {}, [{ Name: "a", Content: "", ContentType: "text/plain\r\nX: 1" }], "Attachments"],
    ["a pair without name", {}, `,${base64("1")}`, "Attachments"],
    ["half a base64", {}, "a,QQ", "Attachments"],
    ["two contents", { FileName: "a", ContentBytes: "", LocalFile: "b" }, null, "LocalFile"],
    ["two names", { FileName: "a", AttachmentName: "b", ContentBytes: "QQ==" }, null, "FileName"],
    ["a content without name", { ContentBytes: "QQ==" }, null, "ContentBytes"],
  ];
  test.each(wrong)("%s is refused by name", async (_what, inputs, list, target) => {
    await expect(filesOf(inputs, list)).rejects.toMatchObject({ code: "INVALID_QUERY", target });
  });
});

describe("addresses", () => {
  test.each([
    ["a@b.test", [{ address: "a@b.test" }]],
    ['"Doe, Jane" <j@b.test>; k@b.test', [{ name: "Doe, Jane", address: "j@b.test" }, { address: "k@b.test" }]],
    ["a@bücher.test", [{ address: "a@xn--bcher-kva.test" }]],
    ["ü@b.test", [{ address: "ü@b.test" }]],
    ["a@[192.0.2.1]", [{ address: "a@[192.0.2.1]" }]],
  ])("%s", (list, expected) => {
    expect(mailboxesOf(list, "ToRecipients")).toEqual(expected);
  });

  test.each([
    "a",
    "@b.test",
    "a@",
    "a@b test",
    "a@b.test>",
    "a@b.test\r\nRCPT TO:<c@d.test>",
    "a@b/c",
    "a b@c.test",
  ])("%j is none", (list) => {
    expect(() => mailboxesOf(list, "ToRecipients")).toThrow(expect.objectContaining({ target: "ToRecipients" }));
  });
});
