/** What a request wants with a stored secret: nothing sent, sent back as shown, cleared, or a new value. */
export type SecretInput =
  | { readonly wish: "absent" | "keep" | "clear" }
  | { readonly wish: "set"; readonly value: string }
  | { readonly wish: "refused"; readonly detail: string };

/** How services and forms show a secret; stored as one, it would replace the real secret in a round trip. */
const mask = /^(?:[*•●·]{3,}|<redacted>|\[redacted\]|\{\s*"isSet".*\})$/i;

export function readSecretInput(value: unknown): SecretInput {
  if (value === undefined) return { wish: "absent" };
  if (value === null || value === "") return { wish: "clear" };
  if (isShownSecret(value)) return { wish: "keep" };
  if (typeof value !== "string") return { wish: "refused", detail: "A secret is text, null to clear it, or left out." };
  if (mask.test(value))
    return { wish: "refused", detail: "This is a mask, not a secret. Leave it out to keep the stored one." };
  // A half of a surrogate pair has no UTF-8 and would come back as another character.
  if (!value.isWellFormed()) return { wish: "refused", detail: "This text holds half a character." };
  return { wish: "set", value };
}

function isShownSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return entries.length === 1 && entries[0]?.[0] === "isSet" && entries[0][1] === true;
}
