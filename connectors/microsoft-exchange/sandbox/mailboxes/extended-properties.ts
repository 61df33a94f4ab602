/** How an extended (MAPI) property is named: by tag, or by property set and name or number. */
export type ExtendedKey =
  | { by: "tag"; tag: number }
  | { by: "name"; set: string; name: string }
  | { by: "id"; set: string; id: number };

/** A value in its XML lexical form with its MAPI type ("String", "Integer", "StringArray", "Binary" as base64, ...). */
export interface ExtendedValue {
  key: ExtendedKey;
  type: string;
  value: string | string[];
}

/** By canonical key (see `extendedKeyText`). */
export type ExtendedProperties = Map<string, ExtendedValue>;

/** GUIDs of the property sets that have names in EWS. */
export const propertySets = {
  Address: "00062004-0000-0000-c000-000000000046",
  Appointment: "00062002-0000-0000-c000-000000000046",
  CalendarAssistant: "11000e07-b51b-40d6-af21-caa85edab1d0",
  Common: "00062008-0000-0000-c000-000000000046",
  InternetHeaders: "00020386-0000-0000-c000-000000000046",
  Meeting: "6ed8da90-450b-101b-98da-00aa003f1305",
  PublicStrings: "00020329-0000-0000-c000-000000000046",
  Sharing: "00062040-0000-0000-c000-000000000046",
  Task: "00062003-0000-0000-c000-000000000046",
  UnifiedMessaging: "4442858e-a9e3-4e80-b900-317a210cc15b",
} as const;

export type PropertySetName = keyof typeof propertySets;

/** One text for one property, whichever way a client spells it; names of InternetHeaders ignore case. */
export function extendedKeyText(key: ExtendedKey): string {
  if (key.by === "tag") return `tag:${key.tag.toString(16)}`;
  const set = key.set.toLowerCase();
  if (key.by === "id") return `${set}:id:${key.id}`;
  const name = set === propertySets.InternetHeaders ? key.name.toLowerCase() : key.name;
  return `${set}:name:${name}`;
}

/** Stores a value under its canonical key. */
export function setExtended(properties: ExtendedProperties, value: ExtendedValue): void {
  properties.set(extendedKeyText(value.key), value);
}
