import { invalidQuery } from "#spi";
import { parseRecipients } from "../../../common/recipients.ts";
import { element, leaf, type Xml } from "../../ews/write-xml.ts";

/** `t:ToRecipients` and its kin from a list of addresses; nothing for an empty list. Errors: INVALID_QUERY. */
export function recipients(name: "To" | "Cc" | "Bcc", list: string | undefined): Xml | undefined {
  const about = `${name}Recipients`;
  const parsed = list === undefined ? [] : parseRecipients(list, about);
  if (parsed.length === 0) return undefined;
  return element(
    `t:${about}`,
    undefined,
    parsed.map((recipient) =>
      element(
        "t:Mailbox",
        undefined,
        recipient.name === undefined ? undefined : leaf("t:Name", recipient.name, { about }),
        leaf("t:EmailAddress", recipient.address, { about }),
      ),
    ),
  );
}

/** Recipients that must name somebody. Errors: INVALID_QUERY. */
export function requiredRecipients(list: string | undefined): Xml {
  const markup = recipients("To", list);
  if (markup === undefined) throw invalidQuery("ToRecipients names nobody.", { target: "ToRecipients" });
  return markup;
}
