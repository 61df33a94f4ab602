import { notesConnector } from "../fixtures-connector/notes/manifest.ts";
import { NotesServer } from "../fixtures-connector/notes/server.ts";
import { connectorContract } from "./connector.contract.ts";

const definition = notesConnector(new Map([["contract", new NotesServer()]]));

connectorContract("the notes connector", {
  definition,
  schema: "Notebook",
  properties: { Notebook: "contract" },
  badProperties: { Notebook: "" },
  open: (config) => definition.connect(config, undefined as never),
  sample: {
    table: "Notes",
    rows: [
      { Title: "Alpha", Body: "first", Stars: 3, Tags: ["x"] },
      { Title: "beta 100%", Stars: 1, Pinned: true },
      { Title: "Gamma_2", Body: "third", Stars: null },
      { Title: "delta", Stars: 5, Tags: ["x", "y"] },
      { Title: "Épsilon", Stars: 0, Pinned: true },
    ],
    change: { Title: "changed", Stars: null },
    refused: { Title: "refused" },
    missingKey: { NoteId: "n999" },
  },
  procedure: { name: "PinNote", input: (key) => ({ NoteId: key["NoteId"]!, Pinned: true }) },
});
