import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const schema = fileURLToPath(new URL("../../../shared/reference/ews/onprem-se/messages.xsd", import.meta.url));
const sources = fileURLToPath(new URL("../../connectors/microsoft-exchange/sandbox/", import.meta.url));
const hasSchema = existsSync(schema);

describe.skipIf(!hasSchema)(
  `response codes${hasSchema ? "" : " (skipped: no ../shared/reference/ews beside this checkout)"}`,
  () => {
    it("are all ones the schema knows", () => {
      const xsd = readFileSync(schema, "utf8");
      const files = ["ews", "mailboxes"].flatMap((folder) =>
        readdirSync(sources + folder, { recursive: true }).map((name) => `${sources}${folder}/${String(name)}`),
      );
      const codes = files
        .filter((file) => file.endsWith(".ts"))
        .flatMap((file) => readFileSync(file, "utf8").match(/"Error[A-Z]\w+"/g) ?? []);
      expect(codes.length).toBeGreaterThan(50);
      expect([...new Set(codes)].filter((code) => !xsd.includes(`value=${code}`))).toEqual([]);
    });
  },
);
