import type { ConnectorDefinition } from "#spi";
import { exchangeConnector } from "../../connectors/microsoft-exchange/manifest.ts";
import type { Generated } from "../../src/commands/generated.ts";
import { check, type Findings } from "./check.ts";
import { demanded } from "./declared.ts";
import type { Evidence } from "./evidence.ts";
import { type Impossible, impossible, reasons } from "./impossible.ts";
import { coveragePage, type Presentation } from "./page.ts";
import { onlyByCmdlet, spokePresentation } from "./spokes.ts";
import { unwritableInEws } from "./unwritable-in-ews.ts";

/** A connector with a page of what its tests executed. */
export interface Subject {
  readonly definition: ConnectorDefinition;
  readonly impossible: readonly Impossible[];
  readonly presentation: Presentation;
}

const exchange = exchangeConnector({});

/** The connectors with such a page. */
export const subjects: readonly Subject[] = [
  {
    definition: exchange,
    impossible: [
      ...unwritableInEws(),
      ...onlyByCmdlet("EWS", exchange.proceduresOf("EWS")),
      ...onlyByCmdlet("MSGraph", exchange.proceduresOf("MSGraph")),
      ...impossible,
    ],
    presentation: { command: "node test/coverage/write-page.ts", ...spokePresentation },
  },
];

/** The subject of a connector's name. */
export function subjectNamed(name: string): Subject {
  const subject = subjects.find(({ definition }) => definition.name === name);
  if (subject === undefined) throw new Error(`${name} has no page of what its tests executed`);
  return subject;
}

/** Why deeds cannot be done, by thing. */
export const reasonsOf = (subject: Subject): ReturnType<typeof reasons> => reasons(subject.impossible);

/** What is missing or stale for a connector. */
export const findingsOf = (subject: Subject, evidence: Evidence): Findings =>
  check(demanded(subject.definition), evidence, reasonsOf(subject));

/** Its page, as a file of the project. */
export const pageOf = (subject: Subject, evidence: Evidence): Generated => ({
  path: `connectors/${subject.definition.name}/COVERAGE.md`,
  text: coveragePage(subject.definition, evidence, reasonsOf(subject), subject.presentation),
});
