import type { ConnectorDefinition } from "#spi";
import { exchangeConnector } from "../../connectors/microsoft-exchange/manifest.ts";
import { check, type Findings } from "./check.ts";
import { demanded } from "./declared.ts";
import type { Evidence } from "./evidence.ts";
import { type Impossible, impossible, reasons } from "./impossible.ts";
import { coveragePage, type Presentation } from "./page.ts";

/** A connector with a page of what its tests executed. */
export interface Subject {
  readonly definition: ConnectorDefinition;
  readonly impossible: readonly Impossible[];
  readonly presentation: Presentation;
}

/** The connectors with such a page. */
export const subjects: readonly Subject[] = [
  {
    definition: exchangeConnector({}),
    impossible,
    presentation: { command: "node test/coverage/write-page.ts" },
  },
];

/** What is missing or stale for a connector. */
export const findingsOf = (subject: Subject, evidence: Evidence): Findings =>
  check(demanded(subject.definition), evidence, reasons(subject.impossible));

/** Its page, as a file of the project. */
export const pageOf = ({ definition, impossible: entries, presentation }: Subject, evidence: Evidence) => ({
  path: `connectors/${definition.name}/COVERAGE.md`,
  text: coveragePage(definition, evidence, reasons(entries), presentation),
});
