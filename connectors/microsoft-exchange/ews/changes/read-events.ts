import type { Change, ChangeType, Row } from "#spi";
import type { MailboxEvent } from "../operations/get-events.ts";

const typeOf: Readonly<Record<string, ChangeType>> = {
  CreatedEvent: "created",
  CopiedEvent: "created",
  ModifiedEvent: "updated",
  DeletedEvent: "deleted",
  MovedEvent: "moved",
  NewMailEvent: "newMail",
};

/** Changes of items; what happens to the folder itself (its counters) is none. */
export function changesOf(events: readonly MailboxEvent[]): readonly Change[] {
  return events.flatMap((event): Change[] => {
    const changeType = typeOf[event.type];
    if (event.itemId === null || changeType === undefined) return [];
    const isMove = changeType === "moved" && event.oldItemId !== null;
    return [
      {
        changeType,
        id: isMove ? (event.oldItemId ?? "") : event.itemId,
        key: keyOf(event.itemId, changeType === "deleted" ? null : event.changeKey),
        ...(isMove ? { oldKey: keyOf(event.oldItemId ?? "", null) } : {}),
        ...(event.at === null ? {} : { at: event.at }),
        ...(event.changeKey === null || changeType === "deleted" ? {} : { version: event.changeKey }),
      },
    ];
  });
}

/** The key columns of a row. */
export const keyOf = (id: string, changeKey: string | null | undefined): Row => ({
  ItemId: id,
  ...(changeKey === null || changeKey === undefined ? {} : { ItemChangeKey: changeKey }),
});
