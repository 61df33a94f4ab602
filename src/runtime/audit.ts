import { type Clock, invalidRequest, type Random } from "#spi";
import type { AuditRow, Repositories, Store } from "../store/store.ts";
import type { ListPaging } from "./page.ts";
import { allowedConnectionIds } from "./principal.ts";
import { isoTime } from "./representation.ts";
import type { AuditCases, AuditRecord, Principal } from "./use-cases.ts";

/** Who did something; a Call is one. */
export interface Actor {
  readonly principal: Pick<Principal, "keyId">;
  readonly requestId: string;
}

/** Writes audit records: who did what to what, never a value. */
export interface AuditTrail {
  /** Inside a transaction: the record is committed together with the change, or neither is. */
  append(
    repositories: Pick<Repositories, "audit">,
    actor: Actor,
    action: string,
    target: string,
    outcome?: AuditRecord["outcome"],
  ): Promise<void>;
  /** On its own. Errors: BUSY when it cannot be written; the caller then must not go on. */
  record(actor: Actor, action: string, target: string, outcome: AuditRecord["outcome"]): Promise<void>;
}

export interface AuditParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
}

const sequenceEnd = 0x1000000;
const distinctBytes = 5;

export function createAuditTrail({ store, clock, random }: AuditParts): AuditTrail {
  let sequence = 0;
  /** In the order they were made, also within one millisecond; the rest tells instances apart. */
  const nextId = (at: number): string => {
    sequence = (sequence + 1) % sequenceEnd;
    const parts = [at.toString(16).padStart(12, "0"), sequence.toString(16).padStart(6, "0")];
    return `${parts.join("-")}-${Buffer.from(random.bytes(distinctBytes)).toString("hex")}`;
  };
  const append: AuditTrail["append"] = (repositories, actor, action, target, outcome = "succeeded") => {
    const at = clock.now();
    return repositories.audit.append({
      id: nextId(at),
      at,
      actor: actor.principal.keyId,
      action,
      target,
      outcome,
      requestId: actor.requestId,
    });
  };
  return { append, record: (...record) => append(store, ...record) };
}

/** Reading the audit; a key limited to connections sees the records of these connections only. */
export function createAuditCases({ store, paging }: { store: Store; paging: ListPaging }): AuditCases {
  return {
    async list(call, { action, target, since, ...request }) {
      const allowed = await allowedConnectionIds(store, call.principal);
      const targets = allowed?.map((id) => `connection/${id}`);
      const filter = {
        ...(action === undefined ? {} : { action }),
        ...(target === undefined ? {} : { target }),
        ...(since === undefined ? {} : { since: parseTime(since) }),
        ...(targets === undefined ? {} : { targets }),
      };
      return paging.page(
        `audit ${JSON.stringify([action, target, since])}`,
        request,
        (position, limit) => store.audit.list(filter, position as { at: number; id: string } | undefined, limit),
        ({ at, id }) => ({ at, id }),
        show,
      );
    },
  };
}

const show = (row: AuditRow): AuditRecord => ({
  ...row,
  at: isoTime(row.at),
  outcome: row.outcome as AuditRecord["outcome"],
});

function parseTime(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalidRequest("since must be a time such as 2026-01-31T00:00:00Z.");
  return time;
}
