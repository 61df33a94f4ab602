import { readFileSync } from "node:fs";
import { installedConnectors } from "../../connectors/index.ts";
import { runtimeCauses } from "../service.ts";
import { settingDescriptions } from "../settings.ts";
import { causesPage, type ProofOf } from "./docs/causes-page.ts";
import { connectorPage } from "./docs/connector-page.ts";
import { bare, readmeSections, renewed } from "./docs/readme-sections.ts";
import { type Generated, stored } from "./generated.ts";

interface Package {
  readonly name: string;
  readonly scripts: Readonly<Record<string, string>>;
}

/** A machine without environment and files: declarations need neither. */
const emptyMachine = {
  environment: {},
  readFile: async (path: string): Promise<string> => {
    throw new Error(`the documentation needs no file, but ${path} was read`);
  },
};

/** The printed documentation, as the code has it now; which test proves a cause only the tests know. */
export async function generateDocs(proofOf: ProofOf): Promise<readonly Generated[]> {
  const { name, scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as Package;
  const pages = (await installedConnectors(emptyMachine)).flatMap((definition) => {
    const folder = `connectors/${definition.name}`;
    return [
      { path: `${folder}/README.md`, text: connectorPage(definition) },
      {
        path: `${folder}/CAUSES.md`,
        text: causesPage(definition.displayName, [...runtimeCauses, ...definition.causes], proofOf),
      },
    ];
  });
  const sections = readmeSections(Object.keys(scripts), settingDescriptions);
  const readme = stored("README.md");
  const text = readme === undefined ? bare(name, sections) : renewed(readme, sections);
  return [...pages, { path: "README.md", text }];
}
