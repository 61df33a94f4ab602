import { ConnectorError, invalidQuery, type Parameter, type Row } from "#spi";
import type { ProcedureRun } from "../../ews/binding.ts";
import { folderGiven } from "../../ews/folders.ts";
import { identityOf } from "../../ews/identity.ts";
import { getEvents as read } from "../../ews/operations/get-events.ts";
import { type EventType, type SubscribeRequest, subscribe, unsubscribe } from "../../ews/operations/subscribe.ts";
import { formatDateTime } from "../../ews/values.ts";
import { definition, impersonationInputs, optional, output, required, textInput } from "./parameters.ts";
import { statusOutput, success } from "./response-objects.ts";

/** Changes in the words of schema MSGraph, and those EWS has beside them. */
const changeTypes: Readonly<Record<string, EventType>> = {
  created: "CreatedEvent",
  updated: "ModifiedEvent",
  deleted: "DeletedEvent",
  moved: "MovedEvent",
  copied: "CopiedEvent",
  newmail: "NewMailEvent",
};

function eventsOf(list: string): EventType[] {
  const names = list.split(",").map((name) => name.trim().toLowerCase());
  return names.map((name) => {
    const event = changeTypes[name];
    if (event !== undefined) return event;
    throw invalidQuery(`ChangeType: "${name}" is none of ${Object.keys(changeTypes).join(", ")}.`, {
      target: "ChangeType",
    });
  });
}

/** What a subscription is about. */
const wishInputs: readonly Parameter[] = [
  optional(
    "Resource",
    "string",
    "Folders by id or well-known name, separated by semicolons; the whole mailbox when left out.",
  ),
  required(
    "ChangeType",
    "string",
    "created, updated, deleted, moved, copied, newMail: one or several, separated by commas.",
  ),
  optional("TimeoutMinutes", "integer", "Minutes it lives without being asked.", {
    default: 30,
    minimum: 1,
    maximum: 1440,
  }),
];

function wishOf(input: ProcedureRun["input"]): SubscribeRequest & { readonly timeoutMinutes: number } {
  const folders = (textInput(input["Resource"]) ?? "")
    .split(";")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return {
    folders: folders.map((name) => folderGiven(name)),
    events: eventsOf(String(input["ChangeType"])),
    timeoutMinutes: Number(input["TimeoutMinutes"] ?? 30),
  };
}

/** CreateSubscription: has Exchange keep events until GetEvents asks for them. */
export const createSubscription = definition(
  {
    name: "CreateSubscription",
    description:
      "Has Exchange remember what changes in folders, for GetEvents to ask. It ends when nobody asks for TimeoutMinutes.",
    writes: true,
    inputs: [...wishInputs, ...impersonationInputs],
    outputs: [
      statusOutput,
      output("Id", "id", "Id of the subscription."),
      output("Watermark", "string", "Where it begins: for the first GetEvents."),
    ],
  },
  async ({ caller, input, signal }): Promise<readonly Row[]> => {
    const operation = subscribe(wishOf(input));
    const state = await caller.call(operation, identityOf(caller.config, input), signal);
    return [{ ...success, Id: state.subscriptionId ?? null, Watermark: state.watermark ?? null }];
  },
);

const words: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(changeTypes).map(([word, event]) => [event, word === "newmail" ? "newMail" : word]),
);

const noEvent: Row = {
  ChangeType: null,
  Watermark: null,
  TimeStamp: null,
  ItemId: null,
  ItemChangeKey: null,
  FolderId: null,
  ParentFolderId: null,
  OldItemId: null,
  OldParentFolderId: null,
};

/** GetEvents: what a subscription remembers. */
export const getEvents = definition(
  {
    name: "GetEvents",
    description:
      "What happened since a watermark in the folders of a subscription; the last row tells the watermark for the next time.",
    writes: false,
    inputs: [
      required("Id", "id", "Subscription of CreateSubscription."),
      required("Watermark", "string", "That of CreateSubscription, or of the last row of the time before."),
      ...impersonationInputs,
    ],
    outputs: [
      output("ChangeType", "string", "created, updated, deleted, moved, copied, newMail; watermark in the last row."),
      output("Watermark", "string", "Where the event stands; in the last row where to go on."),
      output("TimeStamp", "datetime", "When it happened."),
      output("ItemId", "id", "The item; NULL when it is about a folder."),
      output("ItemChangeKey", "id", "Its version."),
      output("FolderId", "id", "The folder; NULL when it is about an item."),
      output("ParentFolderId", "id", "Where it lies."),
      output("OldItemId", "id", "Id it had before it was moved, or of what was copied."),
      output("OldParentFolderId", "id", "Where that lies or lay."),
    ],
  },
  async ({ caller, input, signal }): Promise<readonly Row[]> => {
    const id = String(input["Id"]);
    const rows: Row[] = [];
    let watermark = String(input["Watermark"]);
    for (;;) {
      const state = await caller.call(read(id, watermark), identityOf(caller.config, input), signal);
      for (const event of state.events)
        rows.push({
          ChangeType: words[event.type] ?? event.type,
          Watermark: event.watermark,
          TimeStamp: event.at,
          ItemId: event.itemId,
          ItemChangeKey: event.changeKey,
          FolderId: event.folderId,
          ParentFolderId: event.parentFolderId,
          OldItemId: event.oldItemId,
          OldParentFolderId: event.oldParentFolderId,
        });
      const advances = state.watermark !== undefined && state.watermark !== watermark;
      watermark = state.watermark ?? watermark;
      if (!state.more || !advances) return [...rows, { ...noEvent, ChangeType: "watermark", Watermark: watermark }];
    }
  },
);

/** DeleteSubscription: Exchange remembers no longer. */
export const deleteSubscription = definition(
  {
    name: "DeleteSubscription",
    description: "Ends a subscription of CreateSubscription.",
    writes: true,
    inputs: [required("Id", "id", "The subscription."), ...impersonationInputs],
    outputs: [statusOutput],
  },
  async ({ caller, input, signal }) => {
    await caller.call(unsubscribe(String(input["Id"])), identityOf(caller.config, input), signal);
    return [success];
  },
);

/** RenewSubscription: Exchange prolongs none, so another one takes over where the first stands. */
export const renewSubscription = definition(
  {
    name: "RenewSubscription",
    description:
      "Prolongs a subscription of CreateSubscription, also one that has ended: another one goes on from Watermark, with an id of its own, and the first is ended. Say again what it is about: Exchange does not tell.",
    writes: true,
    inputs: [
      required("Id", "id", "The subscription."),
      required("Watermark", "string", "That of CreateSubscription, or of the last row of GetEvents."),
      ...wishInputs,
      ...impersonationInputs,
    ],
    outputs: [
      statusOutput,
      output("Id", "id", "Id of the subscription from now on."),
      output("Watermark", "string", "Where it begins: for the next GetEvents."),
      output("ExpirationDateTime", "datetime", "When it ends unless GetEvents asks before."),
    ],
  },
  async (run): Promise<readonly Row[]> => {
    const { caller, input, signal } = run;
    const watermark = String(input["Watermark"]);
    const wish = { ...wishOf(input), watermark };
    const state = await caller.call(subscribe(wish), identityOf(caller.config, input), signal);
    await endFormer(run, state.subscriptionId);
    const endsMs = caller.context.clock.now() + wish.timeoutMinutes * 60_000;
    return [
      {
        ...success,
        Id: state.subscriptionId ?? null,
        Watermark: state.watermark ?? watermark,
        ExpirationDateTime: formatDateTime(Math.floor(endsMs / 1000) * 1000),
      },
    ];
  },
);

const hasEnded = /^Error(?:SubscriptionNotFound|ExpiredSubscription|InvalidSubscription)$/;

/** Ends the subscription that was taken over; where that is refused, the new one ends, since nobody learns its id. */
async function endFormer({ caller, input, signal }: ProcedureRun, next: string | undefined): Promise<void> {
  const identity = identityOf(caller.config, input);
  try {
    await caller.call(unsubscribe(String(input["Id"])), identity, signal);
  } catch (error) {
    if (error instanceof ConnectorError && hasEnded.test(error.remote?.code ?? "")) return;
    // The first failure is the one to tell; a subscription nobody asks ends by itself.
    if (next !== undefined) await caller.call(unsubscribe(next), identity, signal).catch(() => undefined);
    throw error;
  }
}
