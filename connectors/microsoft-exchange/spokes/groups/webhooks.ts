import type { Row, Value } from "#spi";
import { member } from "../../graph/errors.ts";
import { segment } from "../../graph/mailbox.ts";
import { utcTime } from "../../graph/read-row.ts";
import { deleteSubscription } from "../../procedures/ews/subscriptions.ts";
import {
  deleteSubscription as endSubscription,
  renewSubscription,
  createSubscription as subscribeOnGraph,
} from "../../procedures/graph/change-tracking.ts";
import {
  bytes,
  done,
  flag,
  id,
  instant,
  json,
  onEws,
  orNull,
  required,
  type SpokeAction,
  type SpokeParameter,
  statusOutput,
  text,
} from "../action.ts";
import type { GraphWork } from "../graph-work.ts";

const webhookOutputs: readonly SpokeParameter[] = [
  id("id", "Id of the subscription."),
  text("resource", "What is watched."),
  text("changeType", "Changes told."),
  text("notificationUrl", "Where they are posted to."),
  text("lifecycleNotificationUrl", "Where notices about the subscription are posted to."),
  instant("expiration", "When it ends."),
  text("applicationId", "The application that made it."),
  text("creatorId", "Who made it."),
];

function webhook(told: Value | undefined): Row {
  const of = (name: string) => orNull(member(told, name));
  const ends = of("expirationDateTime");
  return {
    id: of("id"),
    resource: of("resource"),
    changeType: of("changeType"),
    notificationUrl: of("notificationUrl"),
    lifecycleNotificationUrl: of("lifecycleNotificationUrl"),
    expiration: typeof ends === "string" ? utcTime(ends) : null,
    applicationId: of("applicationId"),
    creatorId: of("creatorId"),
  };
}

const pathOf = (work: GraphWork): string => `/subscriptions/${segment(work.inputs.needed("id"))}`;

async function subscribe(work: GraphWork): Promise<readonly Row[]> {
  const { inputs } = work;
  const certificate = inputs.text("encryptionCertificate");
  const named = inputs.text("encryptionCertificateId");
  const state = inputs.text("clientState");
  const lifecycle = inputs.text("lifecycleNotificationUrl");
  const [made = {}] = await work.execute(subscribeOnGraph, {
    Resource: inputs.needed("resource"),
    ChangeType: (inputs.list("changeTypes") ?? []).join(","),
    NotificationUrl: inputs.needed("notificationUrl"),
    ExpirationDateTime: inputs.values["expiration"] ?? null,
    IncludeResourceData: inputs.flag("includeResourceData") === true,
    ...(state === undefined ? {} : { ClientState: state }),
    ...(lifecycle === undefined ? {} : { LifecycleNotificationUrl: lifecycle }),
    ...(certificate === undefined ? {} : { EncryptionCertificate: certificate }),
    ...(named === undefined ? {} : { EncryptionCertificateId: named }),
  });
  return [webhook(await work.json({ method: "GET", path: `/subscriptions/${segment(String(made["Id"]))}` }))];
}

async function* allWebhooks(work: GraphWork): AsyncIterable<readonly Row[]> {
  for await (const items of work.pages("/subscriptions")) yield items.map(webhook);
}

async function renewWebhook(work: GraphWork): Promise<readonly Row[]> {
  const ends = { ExpirationDateTime: work.inputs.values["expiration"] ?? null };
  await work.execute(renewSubscription, { Id: work.inputs.needed("id"), ...ends });
  return [webhook(await work.json({ method: "GET", path: pathOf(work) }))];
}

async function endWebhook(work: GraphWork): Promise<readonly Row[]> {
  await work.execute(endSubscription, { Id: work.inputs.needed("id") });
  return [done];
}

const absent = {
  instead:
    "Exchange Web Services post to no address of yours: make a subscription with Create Subscription and ask it with Look up Events by Subscription ID.",
} as const;

const online = { spokes: ["Exchange Online"], group: "Webhooks" } as const;
const neededId = id("id", "The subscription.", required);

/** Subscriptions that post. */
export const webhookActions: readonly SpokeAction[] = [
  {
    ...online,
    name: "Subscribe Webhook",
    description: "Has changes of a resource posted to an address.",
    writes: true,
    inputs: [
      text("resource", "What is watched, such as users/{id}/events.", required),
      {
        ...json("changeTypes", "created, updated, deleted: an array, or text with semicolons between.", required),
        orText: true,
      },
      text("notificationUrl", "https address that takes the posts.", required),
      text("lifecycleNotificationUrl", "https address that takes notices about the subscription."),
      instant("expiration", "When it ends.", required),
      text("clientState", "Secret text each post repeats."),
      flag("includeResourceData", "Send the changed item along, encrypted.", { default: false }),
      bytes("encryptionCertificate", "Certificate for that, in base64 of DER."),
      text("encryptionCertificateId", "Name of that certificate."),
    ],
    outputs: webhookOutputs,
    ews: absent,
    graph: { run: subscribe, calls: "POST /subscriptions" },
  },
  {
    ...online,
    name: "Look up Subscription by ID",
    description: "Reads a subscription that posts.",
    writes: false,
    inputs: [neededId],
    outputs: webhookOutputs,
    ews: absent,
    graph: {
      run: async (work) => [webhook(await work.json({ method: "GET", path: pathOf(work) }))],
      calls: "GET /subscriptions/{id}",
    },
  },
  {
    ...online,
    name: "Look up Subscriptions Stream",
    description: "Subscriptions of the application that post, as they are read.",
    writes: false,
    inputs: [],
    outputs: webhookOutputs,
    ews: absent,
    graph: { run: allWebhooks, calls: "GET /subscriptions" },
  },
  {
    ...online,
    name: "Renew Webhook Subscription",
    description: "Lets a subscription post longer.",
    writes: true,
    inputs: [neededId, instant("expiration", "When it ends now.", required)],
    outputs: webhookOutputs,
    ews: absent,
    graph: { run: renewWebhook, calls: "PATCH /subscriptions/{id}" },
  },
  {
    ...online,
    name: "Unsubscribe Webhook",
    description: "Ends a subscription: one that posts, or over EWS one that is asked.",
    writes: true,
    inputs: [neededId, text("mailbox", "SMTP address of the mailbox it is of.", onEws)],
    outputs: [statusOutput],
    ews: {
      run: async (work) => {
        await work.execute(deleteSubscription, { Id: work.inputs.needed("id") });
        return [done];
      },
      calls: "Unsubscribe",
    },
    graph: { run: endWebhook, calls: "DELETE /subscriptions/{id}" },
  },
];
