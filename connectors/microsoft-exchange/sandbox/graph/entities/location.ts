import type { Place, PostalAddress } from "../../mailboxes/index.ts";
import type { JsonObject } from "../schema/validate-body.ts";
import { readEnum, textOf } from "../values.ts";

const locationTypes = [
  "default",
  "conferenceRoom",
  "homeAddress",
  "businessAddress",
  "geoCoordinates",
  "streetAddress",
  "hotel",
  "restaurant",
  "localBusiness",
  "postalAddress",
] as const;
const numbers = ["latitude", "longitude", "altitude", "accuracy", "altitudeAccuracy"] as const;
const addressParts = ["street", "city", "state", "countryOrRegion", "postalCode"] as const;

/** A place as location; none is an empty one, as the service shows it. */
export function printLocation(place: Place | undefined): Record<string, unknown> {
  const coordinates = numbers.filter((name) => place?.[name] !== undefined).map((name) => [name, place?.[name]]);
  return {
    displayName: place?.displayName ?? "",
    locationType: locationTypes.find((one) => one === place?.locationType) ?? "default",
    uniqueIdType: place?.uniqueIdType ?? "unknown",
    ...(place?.uniqueId === undefined ? {} : { uniqueId: place.uniqueId }),
    ...(place?.emailAddress === undefined ? {} : { locationEmailAddress: place.emailAddress }),
    ...(place?.uri === undefined ? {} : { locationUri: place.uri }),
    address: { ...place?.address },
    coordinates: Object.fromEntries(coordinates),
  };
}

/** Reads a location; null or an empty one takes it away. */
export function readLocation(value: unknown, before?: Place): Place | undefined {
  if (value === null || value === undefined) return undefined;
  const given = value as JsonObject;
  const place: Place = { ...before, displayName: textOf(given, "displayName") ?? before?.displayName ?? "" };
  if (given["locationType"] !== undefined && given["locationType"] !== null) {
    place.locationType = readEnum(given["locationType"], locationTypes);
  }
  setText(place, "uri", given, "locationUri");
  setText(place, "emailAddress", given, "locationEmailAddress");
  setText(place, "uniqueId", given, "uniqueId");
  setText(place, "uniqueIdType", given, "uniqueIdType");
  readCoordinates(place, given["coordinates"]);
  readAddress(place, given["address"]);
  return Object.keys(place).length === 1 && place.displayName === "" ? undefined : place;
}

function setText(
  place: Place,
  name: "uri" | "emailAddress" | "uniqueId" | "uniqueIdType",
  given: JsonObject,
  from: string,
): void {
  if (!(from in given)) return;
  const text = textOf(given, from);
  if (text === undefined) delete place[name];
  else place[name] = text;
}

function readCoordinates(place: Place, value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const name of numbers) {
    const number = (value as JsonObject)[name];
    if (typeof number === "number") place[name] = number;
  }
}

function readAddress(place: Place, value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const address: PostalAddress = { ...place.address };
  for (const part of addressParts) {
    const text = textOf(value as JsonObject, part);
    if (text !== undefined) address[part] = text;
  }
  if (Object.keys(address).length > 0) place.address = address;
}
