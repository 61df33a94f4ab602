import type { Row, Value } from "#spi";
import type { JsonObject } from "./errors.ts";
import { withRecipients } from "./people.ts";

/** PidTagMessageFlags: MSGFLAG_READ without MSGFLAG_UNSENT. */
const READ = 1;

/**
 * The body of a new message. Graph passes over these members of a message, but takes the properties behind them when a
 * message is made (MS-OXPROPS): so mail from elsewhere keeps its times, and need not be a draft.
 */
export function newMessageBody(body: JsonObject, row: Row): JsonObject {
  const { isDraft, receivedDateTime, sentDateTime, conversationIndex, ...rest } = withRecipients(body);
  const properties: { id: string; value: Value }[] = [];
  const set = (id: string, value: Value | undefined): void => {
    if (value !== undefined && value !== null) properties.push({ id, value });
  };
  if (isDraft === false) set("Integer 0x0E07", String(row.isRead === false ? 0 : READ));
  set("SystemTime 0x0E06", receivedDateTime);
  set("SystemTime 0x0039", sentDateTime);
  set("Binary 0x0071", conversationIndex);
  return properties.length === 0 ? rest : { ...rest, singleValueExtendedProperties: properties };
}
