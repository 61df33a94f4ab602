import { describe, expect, it } from "vitest";
import { createCatalog } from "../../../src/runtime/catalog.ts";
import { notesConnector } from "../../fixtures-connector/notes/manifest.ts";
import { callBy } from "./activities-harness.ts";

const definition = notesConnector(new Map());
const limits = { pageSize: 1, readOnly: false, localFiltering: false, localWork: true };
const catalog = createCatalog({
  connector: () => definition,
  resolve: async () => ({
    connectionId: "c",
    version: "1",
    definition,
    schema: "Notebook",
    config: {},
    limits,
    session: () => Promise.reject(new Error("The catalogue opens no session.")),
  }),
});

describe("the catalogue", () => {
  it("lists without columns, of connector and connection alike", async () => {
    const wanted = [
      { name: "Notes", kind: "TABLE", schema: "Notebook", activities: ["query", "create", "update", "delete"] },
      { name: "Comments", kind: "VIEW", schema: "Notebook", activities: ["query"] },
    ];
    expect(catalog.tables("notes")).toMatchObject(wanted);
    expect(await catalog.connectionTables(callBy(), "c")).toMatchObject(wanted);
    expect(catalog.tables("notes", "notebook")[0]).not.toHaveProperty("columns");
    expect(catalog.procedures("notes")).toEqual([
      { name: "PinNote", schema: "Notebook", description: expect.any(String), writes: true },
    ]);
    expect(await catalog.connectionProcedures(callBy(), "c")).toEqual(catalog.procedures("notes"));
  });

  it("shows columns as the contract shapes them", async () => {
    const table = await catalog.connectionTable(callBy(), "c", "notebook.NOTES");
    expect(table).toEqual(catalog.table("notes", "Notes"));
    expect(table.columns?.find(({ name }) => name === "Stars")).toEqual({
      name: "Stars",
      type: "integer",
      nullable: true,
      key: false,
      readOnly: false,
      operators: ["=", "<", ">="],
      sortable: true,
      readCost: "list",
      description: "Stars of the note.",
    });
    expect(table.columns?.find(({ name }) => name === "Body")?.readCost).toBe("item");
    expect(table.pseudoColumns?.map(({ name }) => name)).toEqual(["OnBehalfOf", "Notify"]);
    expect(table.requiredOnCreate).toEqual(["Title"]);
  });

  it("shows procedures with their parameters", async () => {
    const procedure = catalog.procedure("notes", "pinnote");
    expect(procedure.inputs?.map(({ name, required }) => [name, required])).toEqual([
      ["NoteId", true],
      ["Pinned", false],
      ["Stars", false],
      ["Place", false],
    ]);
    expect(procedure.inputs?.[1]?.default).toBe(true);
    expect(await catalog.connectionProcedure(callBy(), "c", "PinNote")).toEqual(procedure);
  });

  it("names the nearest of what it has not", async () => {
    expect(() => catalog.table("notes", "Coments")).toThrow(/"Comments"/);
    expect(() => catalog.table("notes", "Coments")).toThrow(expect.objectContaining({ code: "UNKNOWN_TABLE" }));
    expect(() => catalog.procedure("notes", "Pin")).toThrow(expect.objectContaining({ code: "UNKNOWN_PROCEDURE" }));
    expect(() => catalog.tables("notes", "Notebok")).toThrow(/"Notebook"/);
    expect(() => catalog.tables("notes", "x")).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
    await expect(catalog.connectionTable(callBy(), "c", "Note")).rejects.toMatchObject({ code: "UNKNOWN_TABLE" });
    await expect(catalog.connectionProcedure(callBy(), "c", "PinNot")).rejects.toThrow('"PinNote"');
  });
});
