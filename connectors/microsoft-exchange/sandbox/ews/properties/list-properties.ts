import { type DistributionList, guidOf } from "../../mailboxes/index.ts";
import { childrenOf, childText, t, type XmlElement } from "../xml.ts";
import {
  choice,
  type Draft,
  type ItemProperty,
  mailboxElement,
  type ReadContext,
  readMailbox,
  requiredChild,
  text,
} from "./property.ts";

function changeList(draft: Draft, change: Partial<DistributionList>): void {
  draft.distributionList = { ...(draft.distributionList ?? { members: [] }), ...change };
}

/** Properties of contact groups, in schema order. */
export const listProperties: readonly ItemProperty[] = [
  text(
    "contacts:DisplayName",
    "DisplayName",
    (i) => i.distributionList?.displayName,
    (d, v) => changeList(d, { displayName: v }),
  ),
  text(
    "contacts:FileAs",
    "FileAs",
    (i) => i.distributionList?.fileAs ?? i.distributionList?.displayName,
    (d, v) => changeList(d, { fileAs: v }),
  ),
  choice("contacts:ContactSource", "ContactSource", { Store: "store" }, () => "store"),
  {
    uri: "distributionlist:Members",
    element: "Members",
    only: "item",
    read: (item, context) => {
      const members = item.distributionList?.members ?? [];
      return members.length > 0
        ? t(
            "Members",
            members.map((one) => memberElement(one, context)),
          )
        : undefined;
    },
    write: (draft, element) => changeList(draft, { members: readMembers(element) }),
    append: (draft, element) =>
      changeList(draft, { members: [...(draft.distributionList?.members ?? []), ...readMembers(element)] }),
    clear: (draft) => changeList(draft, { members: [] }),
  },
];

function memberElement(member: DistributionList["members"][number], { organisation }: ReadContext): XmlElement {
  return t("Member", { Key: member.key }, mailboxElement("Mailbox", member, organisation), t("Status", "Normal"));
}

function readMembers(element: XmlElement): DistributionList["members"] {
  return childrenOf(element, "Member").map((member) => {
    const mailbox = requiredChild(member, "Mailbox");
    const person = readMailbox(mailbox);
    const mailboxType = childText(mailbox, "MailboxType");
    const key = Buffer.from(guidOf(`member ${person.address ?? person.name ?? ""}`)).toString("base64");
    return { ...person, key, ...(mailboxType ? { mailboxType } : {}) };
  });
}
