import { exchangeConnector } from "../../connectors/microsoft-exchange/manifest.ts";
import { smtpConnector } from "../../connectors/smtp/manifest.ts";
import { blocks, code, table } from "../../src/commands/docs/markdown.ts";
import { type Generated, writeGenerated } from "../../src/commands/generated.ts";
import { generateDocs } from "../../src/commands/write-docs.ts";
import type { ConnectionProperty, ConnectorDefinition } from "../../src/spi/index.ts";
import { proofs } from "../service/causes/table.ts";
import { type Proof, propertyProofs } from "./properties.ts";
import { smtpPropertyProofs } from "./smtp-properties.ts";
import { spokesPage } from "./spokes-page.ts";

const command = "npm run docs";

const effectOf = ({ effect }: ConnectionProperty): string => {
  if (typeof effect === "object") return `none: ${effect.none}`;
  return effect === "active" ? "active" : "not yet";
};

/** The proofs of one connector. */
export interface ProvenConnector {
  readonly definition: ConnectorDefinition;
  readonly proofs: Readonly<Record<string, Proof>>;
}

/** Every connector with the proofs of its properties. */
export const provenConnectors: readonly ProvenConnector[] = [
  { definition: exchangeConnector({}), proofs: propertyProofs },
  { definition: smtpConnector({}), proofs: smtpPropertyProofs },
];

const proofText = (proof: Proof | undefined): string => {
  return proof === undefined ? "" : `[${proof.file}](../../${proof.file}): ${proof.title}`;
};

/** The page of what each property of a connector does, and the test that proves it. */
export function propertiesPage({ definition, proofs: own }: ProvenConnector): Generated {
  const { properties, displayName, name } = definition;
  const rows = properties.map((property) => [
    code(property.key),
    property.group,
    effectOf(property),
    proofText(own[property.key]),
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
  const pages = [...(await generateDocs(causeProof)), ...provenConnectors.map(propertiesPage), spokesPage()];
  process.exitCode = writeGenerated(pages, process.argv.includes("--check"), command);
}
