import { type ConnectionProperty, type ConnectorDefinition, type Mistake, Secret, type Value } from "#spi";
import { pointerPart } from "./json-pointer.ts";
import { readSecretInput } from "./secret-input.ts";

/** What is stored of a connection's properties: open values, and which secrets are set. */
export interface StoredProperties {
  readonly open: Readonly<Record<string, Value>>;
  readonly secrets: ReadonlySet<string>;
}

/** The properties of a request, sorted out against what is stored. */
export interface SortedProperties {
  readonly open: Readonly<Record<string, Value>>;
  /** New secret values. */
  readonly sent: ReadonlyMap<string, Secret>;
  /** Stored secrets that stay. */
  readonly kept: ReadonlySet<string>;
  /** Stored secrets that go: cleared by the request, or because the place they are sent to changed. */
  readonly dropped: ReadonlySet<string>;
  /** The changed properties that decide where credentials go. */
  readonly moved: readonly string[];
  readonly mistakes: readonly Mistake[];
  /** What validation looks at: as sent, with kept secrets as they are shown. */
  readonly candidate: Readonly<Record<string, unknown>>;
}

const nothingStored: StoredProperties = { open: {}, secrets: new Set() };

/** A property that is left out, null or "" is not set; a secret left out is kept. */
export function sortProperties(
  definition: Pick<ConnectorDefinition, "properties">,
  properties: Readonly<Record<string, unknown>>,
  stored: StoredProperties = nothingStored,
): SortedProperties {
  const secretKeys = new Set(definition.properties.filter(({ secret }) => secret).map(({ key }) => key));
  const open: Record<string, Value> = {};
  const sent = new Map<string, Secret>();
  const wished = new Set(stored.secrets);
  const mistakes: Mistake[] = [];
  for (const [key, value] of Object.entries(properties)) {
    if (!secretKeys.has(key)) {
      if (isSet(value)) open[key] = value as Value;
      continue;
    }
    const input = readSecretInput(value);
    if (input.wish === "set") sent.set(key, new Secret(input.value));
    if (input.wish === "set" || input.wish === "clear") wished.delete(key);
    if (input.wish === "keep" && !wished.has(key))
      mistakes.push(mistakeAt(key, `${key}: there is no stored secret to keep.`));
    if (input.wish === "refused") mistakes.push(mistakeAt(key, `${key}: ${input.detail}`));
  }
  const moved = definition.properties.filter((property) => isMoved(property, stored.open, open)).map(({ key }) => key);
  const kept = moved.length > 0 ? new Set<string>() : wished;
  const dropped = new Set([...stored.secrets].filter((key) => !kept.has(key) && !sent.has(key)));
  return { open, sent, kept, dropped, moved, mistakes, candidate: candidateOf(properties, sent, kept) };
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

/** A default counts as the value, so that writing it out moves nothing. */
function isMoved(
  property: ConnectionProperty,
  before: StoredProperties["open"],
  after: StoredProperties["open"],
): boolean {
  if (property.movesCredentials !== true) return false;
  const text = (values: StoredProperties["open"]): string => String(values[property.key] ?? property.default ?? "");
  return text(before) !== text(after);
}

function candidateOf(
  properties: Readonly<Record<string, unknown>>,
  sent: ReadonlyMap<string, Secret>,
  kept: ReadonlySet<string>,
): Record<string, unknown> {
  const candidate: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(properties)) if (isSet(value)) candidate[key] = value;
  for (const key of kept) if (!sent.has(key)) candidate[key] = { isSet: true };
  for (const [key, value] of Object.entries(candidate))
    if (typeof value === "object" && !kept.has(key) && readSecretInput(value).wish === "keep") delete candidate[key];
  return candidate;
}

const mistakeAt = (key: string, detail: string): Mistake => ({
  pointer: `/properties/${pointerPart(key)}`,
  code: "INVALID_PROPERTY",
  detail,
});
