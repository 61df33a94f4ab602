import { z } from "zod";
import { connectionParams, pageOf, timestamp } from "./common.ts";

const changeType = z.enum(["created", "updated", "deleted", "moved", "newMail"]);
const kind = z.enum(["pull", "streaming", "webhook"]);

const delivery = z
  .strictObject({
    url: z.string().min(1).max(2000).meta({ description: "An https address that takes the events by POST." }),
    secret: z.string().min(16).max(500).meta({ description: "Deliveries are signed with it; never shown again." }),
  })
  .meta({ description: "Events are posted to this address, in order, until it takes them." });

export const subscriptionInput = z
  .strictObject({
    table: z.string().min(1).max(200).optional().meta({ description: "Table whose rows are watched." }),
    folder: z
      .string()
      .min(1)
      .max(2000)
      .optional()
      .meta({ description: "Folder or calendar by id or well-known name; the table's own when absent." }),
    mailbox: z.string().min(1).max(320).optional().meta({ description: "The connection's own when absent." }),
    changeTypes: z.array(changeType).min(1).optional().meta({ description: "All when absent." }),
    delivery: delivery.optional(),
    kind: z
      .enum(["auto", "pull", "streaming", "webhook"])
      .default("auto")
      .meta({ description: "How changes come from the server; `auto` takes the best it has." }),
  })
  .meta({ id: "SubscriptionForm", "x-samples": [{ table: "Inbox", changeTypes: ["created", "deleted"] }] });

const reason = z.object({ code: z.string(), detail: z.string() });

const owner = z.object({
  keyId: z.string().meta({ description: "The API key that asked for it." }),
  changeTypes: z.array(changeType),
  addedAt: timestamp,
  delivery: z
    .object({
      url: z.string(),
      state: z.enum(["active", "retrying", "ended"]),
      reason: reason.optional(),
      deliveredAt: timestamp.optional(),
    })
    .optional(),
});

export const subscriptionView = z
  .object({
    id: z.string(),
    state: z.enum(["active", "renewing", "ended"]),
    reason: reason.optional().meta({ description: "Why it is not active." }),
    kind,
    table: z.string(),
    folder: z.string().optional(),
    mailbox: z.string().optional(),
    owners: z.array(owner),
    expiresAt: timestamp.optional().meta({ description: "When it ends at the server unless renewed." }),
    lastEventAt: timestamp.optional(),
    reconciledAt: timestamp.optional().meta({ description: "When the resource was last compared with what is known." }),
    createdAt: timestamp,
    warnings: z.array(z.string()),
  })
  .meta({ id: "Subscription", description: "Changes of one resource, kept as events for its owners." });

export const subscriptionPage = pageOf(subscriptionView);
export const subscriptionParams = connectionParams.extend({
  subscription: z.string().min(1).max(200).meta({ description: "Id of the subscription." }),
});

export const eventsQuery = z.strictObject({
  cursor: z.string().min(1).max(500).optional().meta({ description: "`nextCursor` of the answer before." }),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

const columns = z.record(z.string(), z.unknown());

export const eventPage = z
  .object({
    items: z.array(
      z.object({
        id: z.string().meta({ description: "Stays the same however often the event is told." }),
        at: timestamp,
        changeType,
        key: columns.meta({ description: "Key columns of the row." }),
        oldKey: columns.optional().meta({ description: "Its key before it was moved." }),
        table: z.string(),
        source: z.enum(["notification", "reconciliation"]).meta({
          description: "Told by the server, or found by comparing.",
        }),
        duplicate: z.literal(true).optional().meta({ description: "The same change was told before." }),
      }),
    ),
    nextCursor: z.string().meta({ description: "Reads on behind these events; also when there are none yet." }),
  })
  .meta({ id: "SubscriptionEvents" });
