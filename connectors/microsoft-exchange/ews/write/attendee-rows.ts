import { invalidQuery, notFound, type Row, type RowOutcome, type TableDefinition } from "#spi";
import type { AttendeeCollection } from "../../tables/ews/ews-table.ts";
import type { EwsBinding, EwsColumn } from "../binding.ts";
import type { EwsCaller } from "../call.ts";
import type { CallIdentity } from "../envelope.ts";
import { identityOf } from "../identity.ts";
import { getCollection } from "../operations/get-collection.ts";
import { updateItem } from "../operations/update-item.ts";
import { propertyPath } from "../properties.ts";
import { throwIfError } from "../response-messages.ts";
import { element, leaf, type Xml } from "../write-xml.ts";
import { Chunk, type Prepared } from "./chunk.ts";
import { failed, indeterminate, isUnknown, succeeded } from "./outcomes.ts";
import { modeOf, requiredText, textOf, updateModes } from "./row-values.ts";

export interface AttendeeTarget {
  readonly table: TableDefinition<EwsBinding>;
  readonly element: AttendeeCollection;
}

interface AttendeeRow {
  readonly identity: CallIdentity;
  readonly invitations: string;
  readonly itemId: string;
  readonly address: string;
  /** Undefined: the row does not say. */
  readonly name: string | null | undefined;
}

interface Attendee {
  readonly address: string;
  readonly name: string | null;
}

type Change = "create" | "update" | "delete";

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function attendeeRow(caller: EwsCaller, row: Row): AttendeeRow {
  const name = row["Name"];
  return {
    identity: identityOf(caller.config, row),
    invitations: modeOf(row, "SendMeetingInvitations", updateModes),
    itemId: requiredText(row, "ItemId"),
    address: requiredText(row, "EmailAddress"),
    name: name === undefined ? undefined : (textOf(name) ?? null),
  };
}

/** Adds, renames or removes attendees; rows of one calendar item go together, since each change makes a new version. */
export async function changeAttendees(
  caller: EwsCaller,
  target: AttendeeTarget,
  change: Change,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly RowOutcome[]> {
  const chunk = new Chunk(rows);
  const prepared = chunk.prepare((row) => attendeeRow(caller, row));
  const groups = Map.groupBy(prepared, ({ made }) => JSON.stringify([made.itemId, made.identity, made.invitations]));
  for (const group of groups.values()) await changeItem(caller, target, change, chunk, group, signal);
  return chunk.outcomes;
}

async function changeItem(
  caller: EwsCaller,
  target: AttendeeTarget,
  change: Change,
  chunk: Chunk,
  group: readonly Prepared<AttendeeRow>[],
  signal: AbortSignal,
): Promise<void> {
  const { identity, invitations, itemId } = (group[0] as Prepared<AttendeeRow>).made;
  const key = (each: Prepared<AttendeeRow>): Row => ({ EmailAddress: each.made.address, ItemId: itemId });
  try {
    const before = await attendeesOf(caller, target, itemId, identity, signal);
    const { attendees, settled } = applied(change, before.attendees, group, chunk);
    if (settled.length === 0) return;
    try {
      const updates = collectionUpdate(target.element, attendees);
      const operation = updateItem({
        changes: [{ id: itemId, changeKey: before.changeKey, updates }],
        conflicts: "AutoResolve",
        invitations,
      });
      throwIfError("UpdateItem", await caller.call(operation, identity, signal));
      for (const each of settled) chunk.settle(succeeded(each.index, key(each)));
    } catch (error) {
      if (!isUnknown(error)) throw error;
      const after = await attendeesOf(caller, target, itemId, identity, signal).catch(() => undefined);
      const done = after !== undefined && equal(after.attendees, attendees);
      for (const each of settled)
        chunk.settle(done ? succeeded(each.index, key(each)) : indeterminate(each.index, error));
    }
  } catch (error) {
    for (const { index } of group) chunk.settle(failed(index, error));
  }
}

async function attendeesOf(
  caller: EwsCaller,
  { table, element: collection }: AttendeeTarget,
  itemId: string,
  identity: CallIdentity,
  signal: AbortSignal,
): Promise<{ readonly attendees: readonly Attendee[]; readonly changeKey: string | undefined }> {
  const columns: readonly EwsColumn[] = table.columns.filter(({ name }) => name === "EmailAddress" || name === "Name");
  const state = await caller.call(getCollection({ itemId, collection, member: "Attendee", columns }), identity, signal);
  return {
    changeKey: state.itemChangeKey,
    attendees: state.rows.map((row) => ({
      address: textOf(row["EmailAddress"]) ?? "",
      name: textOf(row["Name"]) ?? null,
    })),
  };
}

/** The collection after the rows' changes; rows that cannot be applied fail by themselves. */
function applied(
  change: Change,
  before: readonly Attendee[],
  group: readonly Prepared<AttendeeRow>[],
  chunk: Chunk,
): { readonly attendees: readonly Attendee[]; readonly settled: readonly Prepared<AttendeeRow>[] } {
  let attendees = [...before];
  const settled: Prepared<AttendeeRow>[] = [];
  for (const each of group) {
    const { address, name } = each.made;
    const present = attendees.some((attendee) => same(attendee.address, address));
    if (change === "create") {
      if (present)
        chunk.settle(
          failed(each.index, invalidQuery(`${address} is an attendee already.`, { target: "EmailAddress" })),
        );
      else attendees.push({ address, name: name ?? null });
      if (present) continue;
    } else if (!present) {
      chunk.settle(
        failed(each.index, notFound(`${address} is not an attendee of this item.`, { target: "EmailAddress" })),
      );
      continue;
    } else if (change === "delete") attendees = attendees.filter((attendee) => !same(attendee.address, address));
    else if (name !== undefined) {
      attendees = attendees.map((attendee) =>
        same(attendee.address, address) ? { address: attendee.address, name } : attendee,
      );
    }
    settled.push(each);
  }
  return { attendees, settled };
}

/** The whole collection is written: EWS has no way to change one attendee. */
function collectionUpdate(collection: string, attendees: readonly Attendee[]): Xml {
  const path = propertyPath({ uri: `calendar:${collection}` });
  if (attendees.length === 0) return element("t:Updates", undefined, element("t:DeleteItemField", undefined, path));
  const members = attendees.map(({ address, name }) =>
    element(
      "t:Attendee",
      undefined,
      element(
        "t:Mailbox",
        undefined,
        name === null ? undefined : leaf("t:Name", name),
        leaf("t:EmailAddress", address),
      ),
    ),
  );
  const item = element("t:CalendarItem", undefined, element(`t:${collection}`, undefined, members));
  return element("t:Updates", undefined, element("t:SetItemField", undefined, path, item));
}

const equal = (a: readonly Attendee[], b: readonly Attendee[]): boolean =>
  a.length === b.length && a.every(({ address }) => b.some((other) => same(other.address, address)));
