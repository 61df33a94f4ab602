import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { graphProcedures } from "../../../../connectors/microsoft-exchange/graph/index.ts";
import { askedMailboxes } from "../../../../connectors/microsoft-exchange/procedures/ews/availability-mailboxes.ts";
import { ewsProcedures } from "../../../../connectors/microsoft-exchange/procedures/ews/index.ts";

const reference = new URL("../../../../../shared/reference/exchange-connector/procedures.json", import.meta.url);

interface ReferenceParameter {
  readonly name: string;
  readonly type: string;
  readonly required?: boolean;
  readonly default?: string | null;
  readonly allowed?: readonly string[];
}
interface ReferenceProcedure {
  readonly name: string;
  readonly schema: string;
  readonly kind: string;
  readonly writes: boolean;
  readonly inputs: readonly ReferenceParameter[];
  readonly outputs: readonly ReferenceParameter[];
}

interface Reference {
  readonly procedures: readonly ReferenceProcedure[];
  readonly notOfferedButWanted: readonly { readonly name: string }[];
}

const procedures = ewsProcedures({ platform: "Exchange_Online" });

const types: Readonly<Record<string, readonly string[]>> = {
  String: ["string", "id", "binary"],
  Boolean: ["boolean"],
  Integer: ["integer"],
  DateTime: ["datetime"],
  Path: ["string"],
  Stream: ["string"],
  "Aggregate(XML rows)": ["json"],
};

describe("procedures of schema EWS", () => {
  test("old platforms go without rooms", () => {
    expect(ewsProcedures({ platform: "Exchange2007_SP1" }).map(({ name }) => name)).not.toContain("GetRooms");
    expect(ewsProcedures({ platform: "Exchange2010_SP2" }).map(({ name }) => name)).not.toContain(
      "SnoozeEventReminder",
    );
  });

  test("availability takes rows, objects and addresses", () => {
    const two = [
      { address: "a@x.example", attendeeType: "Required", excludeConflicts: false },
      { address: "b@x.example", attendeeType: "Room", excludeConflicts: true },
    ];
    expect(
      askedMailboxes(
        "<Row><Address>a@x.example</Address></Row><Row><Address>b@x.example</Address><AttendeeType>room</AttendeeType><ExcludeConflicts>1</ExcludeConflicts></Row>",
      ),
    ).toEqual(two);
    expect(
      askedMailboxes("<?xml version='1.0'?><Mailboxes><Row><Address>a@x.example</Address></Row></Mailboxes>"),
    ).toEqual(two.slice(0, 1));
    expect(
      askedMailboxes([
        { Address: "a@x.example" },
        { address: "b@x.example", AttendeeType: "Room", ExcludeConflicts: true },
      ]),
    ).toEqual(two);
    expect(askedMailboxes("a@x.example; Bob <b@x.example>").map(({ address }) => address)).toEqual([
      "a@x.example",
      "b@x.example",
    ]);
    for (const bad of [
      "",
      "<Row/>",
      "<Row><Address>a</Address>",
      "[1]",
      "[{]",
      [],
      [{}],
      [{ Address: "a", AttendeeType: "King" }],
      [{ Address: "a", ExcludeConflicts: "perhaps" }],
    ]) {
      expect(() => askedMailboxes(bad as never), JSON.stringify(bad)).toThrowError(
        expect.objectContaining({ code: "INVALID_QUERY" }),
      );
    }
  });
});

describe.skipIf(!existsSync(reference))(
  "procedures of schema EWS against the reference data in ../shared (skipped when absent)",
  () => {
    const { procedures: all, notOfferedButWanted } = existsSync(reference)
      ? (JSON.parse(readFileSync(reference, "utf8")) as Reference)
      : { procedures: [], notOfferedButWanted: [] };
    const expected = all.filter(({ schema }) => schema === "EWS" || schema === "any");

    // EWS sends attachments within one request, without sessions to upload to; profile fields are of the directory.
    const impossible = ["CreateUploadSession", "FetchAdditionalUserFields"];

    test("have the same names", () => {
      const names = procedures.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(expected.map(({ name }) => name)));
    });

    test("have what the driver lacks, under the names of schema MSGraph", () => {
      const names = procedures.map(({ name }) => name);
      const wanted = notOfferedButWanted
        .flatMap(({ name }) =>
          name === "Get/SetMailboxSettings" ? ["GetMailboxSettings", "SetMailboxSettings"] : [name],
        )
        .filter((name) => !impossible.includes(name));
      expect(names).toEqual(expect.arrayContaining(wanted));
      const graph = graphProcedures().map(({ name }) => name);
      expect(graph).toEqual(expect.arrayContaining(wanted));
    });

    test("have what schema MSGraph has, with the same outputs and the inputs that are not about the mailbox", () => {
      const ofGraph = all.filter(({ schema, name }) => schema === "MSGraph" && !impossible.includes(name));
      for (const { name } of ofGraph) expect(procedures.map((each) => each.name)).toContain(name);
      for (const name of ["AddAttachments", "DownloadAttachments"]) {
        const own = procedures.find((each) => each.name === name);
        const other = ofGraph.find((each) => each.name === name);
        const shared = (inputs: readonly { readonly name: string }[] = []) =>
          inputs.map((each) => each.name).filter((each) => !/^(?:UserId|Impersonation.*)$/.test(each));
        expect(shared(own?.inputs)).toEqual(shared(other?.inputs));
        expect(own?.outputs.map((each) => each.name)).toEqual(other?.outputs.map((each) => each.name));
      }
    });

    test.each(expected.map((each) => [each.name, each] as const))("%s", (name, wanted) => {
      const own = procedures.find((each) => each.name === name);
      expect(own?.writes).toBe(wanted.writes);
      expect(own?.inputs.map((each) => each.name)).toEqual(wanted.inputs.map((each) => each.name));
      expect(own?.outputs.map((each) => each.name)).toEqual(wanted.outputs.map((each) => each.name));
      for (const input of wanted.inputs) {
        const parameter = own?.inputs.find((each) => each.name === input.name);
        expect(types[input.type], `${name}.${input.name}`).toContain(parameter?.type);
        expect(parameter?.required, `${name}.${input.name}`).toBe(input.required);
        if (input.allowed !== undefined && name !== "GetUserAvailability")
          expect([...(parameter?.allowed ?? [])].sort()).toEqual([...input.allowed].sort());
        // A default of ours may fill what the server fills itself; SavedItemFolder has none, so that SaveToFolder=false works.
        // Scope: what the connection is set to ask for.
        if (input.default !== null && !["SavedItemFolder", "Scope"].includes(input.name))
          expect(String(parameter?.default), `${name}.${input.name}`).toBe(input.default);
      }
      for (const output of wanted.outputs) {
        expect(types[output.type], `${name}.${output.name}`).toContain(
          own?.outputs.find((each) => each.name === output.name)?.type,
        );
      }
    });
  },
);
