import { directory } from "../../graph/mailbox.ts";
import { graphTables } from "../../tables/graph/index.ts";
import { schemaRow } from "../schema-file.ts";
import { graphProcedure, required, text } from "./procedure.ts";

/** Writes the definition of a table as a file. */
export const createSchema = graphProcedure(
  {
    name: "CreateSchema",
    description: "The definition of a table as a schema file, in base64 and, with FileName, written to a file.",
    writes: true,
    inputs: [
      text("SchemaName", "Schema of the table; MSGraph when empty."),
      text("TableName", "Table or view.", required),
      text("FileName", "File to write, under a folder the owner of the service allows."),
    ],
    outputs: [text("Result", "Success."), text("FileData", "The file in base64.")],
    run: ({ calls, text: input }) =>
      schemaRow({
        schema: "MSGraph",
        tables: graphTables(),
        text: input,
        write: (folder, name, content, overwrite) => calls.context.files.write(folder, name, content, overwrite),
      }),
  },
  () => directory,
);
