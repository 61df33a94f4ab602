import * as z from "zod";
import { type ChangeType, invalidRequest, type Notice, type NoticeReader } from "#spi";
import { versionOf } from "./delta.ts";

const changeTypes: Readonly<Record<string, ChangeType>> = {
  created: "created",
  updated: "updated",
  deleted: "deleted",
};

const lifecycle: Readonly<Record<string, "missed" | "removed" | "reauthorize">> = {
  missed: "missed",
  subscriptionRemoved: "removed",
  reauthorizationRequired: "reauthorize",
};

/** changeNotificationCollection (v1.0), as far as it is used here. */
const collection = z.object({
  value: z
    .array(
      z.object({
        subscriptionId: z.string().max(200),
        clientState: z.string().max(255).nullish(),
        changeType: z.string().nullish(),
        lifecycleEvent: z.string().nullish(),
        resourceData: z.object({ id: z.string().min(1).max(2000), "@odata.etag": z.string().nullish() }).nullish(),
      }),
    )
    .max(1000),
});

type Posted = z.output<typeof collection>["value"][number];

/** What Microsoft Graph posts to a subscriber. */
export const graphNotices: NoticeReader = {
  handshake: ({ validationToken }) => validationToken,
  read(body) {
    const parsed = collection.safeParse(body);
    if (!parsed.success) throw invalidRequest("This is no collection of change notifications.");
    return parsed.data.value.flatMap(noticeOf);
  },
};

function noticeOf(posted: Posted): readonly Notice[] {
  const common = { channelId: posted.subscriptionId, secret: posted.clientState ?? undefined };
  const event = lifecycle[posted.lifecycleEvent ?? ""];
  if (event !== undefined) return [{ ...common, about: { kind: event } }];
  const changeType = changeTypes[posted.changeType ?? ""];
  const data = posted.resourceData;
  // A change without its item tells only that something happened: looking is the answer.
  if (changeType === undefined || data === null || data === undefined)
    return [{ ...common, about: { kind: "missed" } }];
  const version = changeType === "deleted" ? undefined : versionOf({ "@odata.etag": data["@odata.etag"] ?? null });
  const change = { changeType, id: data.id, key: { id: data.id }, ...(version === undefined ? {} : { version }) };
  return [{ ...common, about: { kind: "change", change } }];
}
