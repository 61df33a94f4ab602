import type { EwsCall, Operation } from "../call.ts";
import { entryError } from "../each.ts";
import { EwsError, schemaViolation } from "../ews-error.ts";
import { failure, responses, success } from "../soap.ts";
import { findFolder } from "../targets.ts";
import { childOf, childrenOf, m, t, type XmlElement } from "../xml.ts";

/** GetUserConfiguration: named settings kept in a folder; every mailbox has OWA.UserOptions with its time zone. */
export const getUserConfiguration: Operation = (call) => {
  const name = "GetUserConfigurationResponseMessage";
  try {
    return responses("GetUserConfiguration", [success(name, configuration(call))]);
  } catch (error) {
    return responses("GetUserConfiguration", [failure(name, entryError(error))]);
  }
};

function configuration(call: EwsCall): XmlElement {
  const named = childOf(call.request, "UserConfigurationName");
  const name = named?.attributes["Name"];
  const [folderId] = childrenOf(named);
  if (!named || !name || !folderId)
    throw schemaViolation("The element 'UserConfigurationName' has incomplete content.");
  const { mailbox, folder } = findFolder(call, folderId);
  const stored = mailbox.configurations.get(`${folder.id}/${name}`);
  const isUserOptions = folder.wellKnown === "root" && name === "OWA.UserOptions";
  if (!stored && !isUserOptions) throw new EwsError("ErrorItemNotFound", "The user configuration could not be found.");
  const dictionary = stored?.dictionary ?? new Map([["timezone", mailbox.workingHours.timeZone]]);
  const entries = [...dictionary].map(([key, value]) =>
    t(
      "DictionaryEntry",
      t("DictionaryKey", t("Type", "String"), t("Value", key)),
      t("DictionaryValue", t("Type", "String"), t("Value", value)),
    ),
  );
  return m(
    "UserConfiguration",
    t(
      "UserConfigurationName",
      { Name: name },
      t("FolderId", { Id: folder.id, ChangeKey: mailbox.changeKeyOf(folder) }),
    ),
    t("Dictionary", entries),
    stored?.xml === undefined ? undefined : t("XmlData", Buffer.from(stored.xml).toString("base64")),
  );
}
