import { exchangeConnector } from "../../connectors/microsoft-exchange/manifest.ts";
import { blocks, code, table } from "../../src/commands/docs/markdown.ts";
import { type Generated, writeGenerated } from "../../src/commands/generated.ts";
import { generateDocs } from "../../src/commands/write-docs.ts";
import type { ConnectionProperty } from "../../src/spi/index.ts";
import { proofs } from "../service/causes/table.ts";
import { propertyProofs } from "./properties.ts";

const command = "npm run docs";

const effectOf = ({ effect }: ConnectionProperty): string => {
  if (typeof effect === "object") return `none: ${effect.none}`;
  return effect === "active" ? "active" : "not yet";
};

const proofOf = ({ key }: ConnectionProperty): string => {
  const proof = propertyProofs[key];
  return proof === undefined ? "" : `[${proof.file}](../../${proof.file}): ${proof.title}`;
};

/** The page of what each property of the Exchange connector does, and the test that proves it. */
export function propertiesPage(): Generated {
  const { properties, displayName, name } = exchangeConnector({});
  const rows = properties.map((property) => [
    code(property.key),
    property.group,
    effectOf(property),
    proofOf(property),
  ]);
  const page = blocks(
    `<!-- Printed from the declarations and the proofs of the tests by \`${command}\`; changes here are overwritten. -->`,
    `# ${displayName}: effect of each property`,
    "A property in effect names the test that would fail without it; a property without effect says why. `%s` in a title stands for each value that is tried.",
    table(["Property", "Group", "Effect", "Proven by"], rows),
  );
  return { path: `connectors/${name}/PROPERTIES.md`, text: `${page}\n` };
}

/** The test that proves a cause of failures, as the page of causes names it. */
export function causeProof(cause: string): string {
  const proof = proofs.get(cause);
  if (proof === undefined) return "";
  return "test" in proof ? `[${proof.test}](../../${proof.test}): ${proof.how}` : `nothing: ${proof.why}`;
}

if (import.meta.main) {
  const pages = [...(await generateDocs(causeProof)), propertiesPage()];
  process.exitCode = writeGenerated(pages, process.argv.includes("--check"), command);
}
