import type { Operation } from "../call.ts";
import { entryError } from "../each.ts";
import { EwsError } from "../ews-error.ts";
import { failure, responses, success } from "../soap.ts";
import { childOf, childText, m, t } from "../xml.ts";

/** ExpandDL: the members of a list of the directory. */
export const expandDl: Operation = ({ organisation, request }) => {
  const name = "ExpandDLResponseMessage";
  try {
    const address = childText(childOf(request, "Mailbox"), "EmailAddress") ?? "";
    const list = organisation.list(address);
    if (list === undefined) {
      throw new EwsError("ErrorNameResolutionNoResults", "No results were found.");
    }
    const members = list.members.flatMap((member) => organisation.account(member) ?? []);
    const paging = { TotalItemsInView: String(members.length), IncludesLastItemInRange: "true" };
    const mailboxes = members.map(({ displayName, address: own }) =>
      t(
        "Mailbox",
        t("Name", displayName),
        t("EmailAddress", own),
        t("RoutingType", "SMTP"),
        t("MailboxType", "Mailbox"),
      ),
    );
    return responses("ExpandDL", [success(name, m("DLExpansion", paging, mailboxes))]);
  } catch (error) {
    return responses("ExpandDL", [failure(name, entryError(error))]);
  }
};
