import { graphTables } from "../../../../connectors/microsoft-exchange/graph/index.ts";
import { graphProperties } from "../../support/stand.ts";
import { walkTables } from "../support/walk.ts";
import { contactSamples } from "./contact-samples.ts";
import { directorySamples } from "./directory-samples.ts";
import { eventSamples } from "./event-samples.ts";
import { fillDirectory } from "./fill-directory.ts";
import { mailSamples } from "./mail-samples.ts";
import { taskSamples } from "./task-samples.ts";

const elsewhere = Object.keys({ ...mailSamples, ...eventSamples, ...contactSamples, ...taskSamples });

walkTables({
  schema: "MSGraph",
  tables: graphTables()
    .map(({ name }) => name)
    .filter((name) => !elsewhere.includes(name)),
  samples: directorySamples,
  properties: ({ sandbox }) => graphProperties(sandbox),
  fill: async (context) => fillDirectory(context),
});
