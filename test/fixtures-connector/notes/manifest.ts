import { type ConnectorDefinition, defineConnector, invalidProperty, notFound } from "#spi";
import type { NotesServer } from "./server.ts";
import { NotesSession } from "./session.ts";
import { comments, notes, pinNote } from "./tables.ts";

export interface NotesConfig {
  readonly notebook: string;
  readonly readOnly: boolean;
}

/** A second, very small connector. The notebooks stand in for the network. */
export function notesConnector(notebooks: ReadonlyMap<string, NotesServer>): ConnectorDefinition {
  return defineConnector<NotesConfig, string>({
    name: "notes",
    version: "0.1.0",
    displayName: "Notes",
    description: "Notebooks in memory.",
    schemas: [{ name: "Notebook", displayName: "Notebook", description: "Notes and their comments." }],
    properties: [
      {
        key: "Notebook",
        displayName: "Notebook",
        group: "Notes",
        type: "string",
        secret: false,
        description: "The name of the notebook.",
        required: "always",
        advanced: false,
        effect: "active",
      },
      {
        key: "Readonly",
        displayName: "Read-only",
        group: "Notes",
        type: "boolean",
        secret: false,
        description: "Refuse writes.",
        default: false,
        advanced: true,
        effect: "active",
      },
    ],
    propertyGroups: ["Notes"],
    jointRules: [],
    causes: [],
    parse(values) {
      const notebook = values["Notebook"];
      if (typeof notebook !== "string" || notebook === "") {
        const detail = "Notebook must be set.";
        throw invalidProperty("Notebook", detail, {
          mistakes: [{ pointer: "/properties/Notebook", code: "INVALID_PROPERTY", detail }],
        });
      }
      return { notebook, readOnly: values["Readonly"] === true };
    },
    transport: () => ({
      authentication: { scheme: "none" },
      credentialOrigins: [],
      tls: {},
      timeoutMs: 1000,
      concurrency: { perMailbox: 1, perConnection: 1 },
      headers: {},
    }),
    tablesOf: () => [notes, comments],
    proceduresOf: () => [pinNote],
    tables: () => [notes, comments],
    procedures: () => [pinNote],
    calls: (_config, query) => [{ operation: query.table.name === "Notes" ? "List" : "Comments", count: { min: 1 } }],
    limits: (config) => ({ pageSize: 20, readOnly: config.readOnly, localFiltering: false, localWork: true }),
    async connect(config) {
      const server = notebooks.get(config.notebook);
      if (server === undefined) throw notFound(`There is no notebook ${config.notebook}.`);
      return new NotesSession(server, config);
    },
  });
}
