import type { PostalAddress } from "../../mailboxes/index.ts";
import { childOf, childText, t } from "../xml.ts";
import { changeEvent } from "./change-event.ts";
import type { ItemProperty } from "./property.ts";

/** The place of an event with its address. */
export const enhancedLocation: ItemProperty = {
  uri: "calendar:EnhancedLocation",
  element: "EnhancedLocation",
  only: "item",
  read: ({ event }) => {
    const place = event?.location;
    if (!place) return undefined;
    const { address } = place;
    return t(
      "EnhancedLocation",
      t("DisplayName", place.displayName),
      t("Annotation", place.annotation ?? ""),
      t(
        "PostalAddress",
        address?.street !== undefined ? t("Street", address.street) : undefined,
        address?.city !== undefined ? t("City", address.city) : undefined,
        address?.state !== undefined ? t("State", address.state) : undefined,
        address?.countryOrRegion !== undefined ? t("Country", address.countryOrRegion) : undefined,
        address?.postalCode !== undefined ? t("PostalCode", address.postalCode) : undefined,
        t("Type", "Business"),
        place.latitude !== undefined ? t("Latitude", String(place.latitude)) : undefined,
        place.longitude !== undefined ? t("Longitude", String(place.longitude)) : undefined,
        place.uri !== undefined ? t("LocationUri", place.uri) : undefined,
        t("LocationSource", address ? "Resource" : "None"),
      ),
    );
  },
  write: (draft, element) => {
    const postal = childOf(element, "PostalAddress");
    const address: PostalAddress = {};
    const parts = [
      ["street", "Street"],
      ["city", "City"],
      ["state", "State"],
      ["countryOrRegion", "Country"],
      ["postalCode", "PostalCode"],
    ] as const;
    for (const [key, name] of parts) {
      const value = childText(postal, name);
      if (value !== undefined) address[key] = value;
    }
    const annotation = childText(element, "Annotation");
    const uri = childText(postal, "LocationUri");
    const latitude = childText(postal, "Latitude");
    const longitude = childText(postal, "Longitude");
    changeEvent(draft, {
      location: {
        displayName: childText(element, "DisplayName") ?? "",
        ...(annotation !== undefined ? { annotation } : {}),
        ...(Object.keys(address).length > 0 ? { address } : {}),
        ...(uri !== undefined ? { uri } : {}),
        ...(latitude !== undefined ? { latitude: Number(latitude) } : {}),
        ...(longitude !== undefined ? { longitude: Number(longitude) } : {}),
      },
    });
  },
};
