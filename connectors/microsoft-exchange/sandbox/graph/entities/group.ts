import type { GraphCall } from "../call.ts";
import type { Group } from "../directory-extras.ts";
import { DIRECTORY_RULES } from "../odata/filter-rules.ts";
import { requireType } from "../schema/types.ts";
import type { Member, Shape } from "../shape.ts";

const own: Readonly<Record<string, Member<Group>>> = {
  id: ({ id }) => id,
  displayName: ({ list }) => list.displayName,
  mail: ({ list }) => list.address,
  mailNickname: ({ list }) => list.address.split("@")[0],
  mailEnabled: () => true,
  securityEnabled: () => false,
  groupTypes: () => ["Unified"],
  visibility: () => "Public",
  proxyAddresses: ({ list }) => [`SMTP:${list.address}`],
};

/** Members the service gives only when they are selected by name. */
const hidden = [
  "accessType",
  "allowExternalSenders",
  "autoSubscribeNewMembers",
  "hasMembersWithLicenseErrors",
  "hideFromAddressLists",
  "hideFromOutlookClients",
  "isArchived",
  "isFavorite",
  "isSubscribedByMail",
  "licenseProcessingState",
  "unseenConversationsCount",
  "unseenCount",
  "unseenMessagesCount",
  "assignedLabels",
  "assignedLicenses",
];

/** How groups are shown. */
export const groupShape: Shape<Group> = {
  type: "group",
  rules: DIRECTORY_RULES,
  hidden,
  members: Object.fromEntries(
    [...requireType("group").properties]
      .filter(([, type]) => !type.isNavigation)
      .map(([name]): [string, Member<Group>] => [
        name,
        (group, call) => group.properties[name] ?? own[name]?.(group, call),
      ]),
  ),
};

/** All groups: the directory's lists of people. */
export function groupsOf(call: GraphCall): Group[] {
  const { organisation, directory } = call.service;
  return organisation.lists.filter((list) => list.kind === "group").map((list) => directory.group(list));
}
