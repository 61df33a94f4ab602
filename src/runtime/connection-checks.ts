import { type ConnectorDefinition, ConnectorError, type Mistake } from "#spi";
import { nameMistakes } from "./connection-input.ts";
import type { SortedProperties } from "./connection-properties.ts";
import { pointerPart } from "./json-pointer.ts";
import type { ConnectorCases, PropertyReport, ValidationReport } from "./use-cases.ts";

type Connectors = Pick<ConnectorCases, "get" | "validate">;

/** The connector of a request's body. Errors: INVALID_PROPERTY at /connector, naming the nearest. */
export function connectorOf(connectors: Connectors, name: string): ConnectorDefinition {
  try {
    return connectors.get(name);
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== "NOT_FOUND") throw error;
    const mistake: Mistake = { pointer: "/connector", code: "INVALID_PROPERTY", detail: error.message };
    throw new ConnectorError("INVALID_PROPERTY", error.message, { target: "connector", mistakes: [mistake] });
  }
}

/** Every mistake of a connection: its name, its secrets as sent, and what validation reports. */
export function connectionMistakes(
  name: string,
  sorted: SortedProperties,
  report: ValidationReport,
  isTolerated: (key: string) => boolean = () => false,
): readonly Mistake[] {
  const told = new Set(sorted.mistakes.map(({ pointer }) => pointer));
  const reported = report.properties
    .filter(({ key }) => !isTolerated(key))
    .flatMap((property) => mistakesOf(property))
    .filter(({ pointer }) => !told.has(pointer));
  return [...nameMistakes(name), ...sorted.mistakes, ...reported];
}

const mistakesOf = ({ key, errors }: PropertyReport): readonly Mistake[] =>
  errors.map(({ code, detail }) => ({ pointer: `/properties/${pointerPart(key)}`, code, detail }));

/**
 * Secrets a change may leave unset although they are required: those it clears, and those that were missing before. The
 * connection then cannot be used until they are sent again; refusing would make clearing impossible.
 */
export function toleratedSecrets(
  definition: ConnectorDefinition,
  connectors: Connectors,
  sorted: SortedProperties,
  before: Readonly<Record<string, unknown>>,
): (key: string) => boolean {
  const isUnset = (key: string): boolean => !sorted.sent.has(key) && !sorted.kept.has(key);
  const unset = new Set(
    definition.properties.filter(({ key, secret }) => secret && isUnset(key)).map(({ key }) => key),
  );
  if (unset.size === 0) return () => false;
  let missingBefore: ReadonlySet<string> | undefined;
  return (key) => {
    if (!unset.has(key)) return false;
    if (sorted.dropped.has(key)) return true;
    missingBefore ??= keysWithErrors(connectors.validate(definition.name, before));
    return missingBefore.has(key);
  };
}

const keysWithErrors = ({ properties }: ValidationReport): ReadonlySet<string> =>
  new Set(properties.filter(({ errors }) => errors.length > 0).map(({ key }) => key));
