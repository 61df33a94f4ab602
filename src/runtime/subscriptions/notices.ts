import { createHash, timingSafeEqual } from "node:crypto";
import {
  type Change,
  type Clock,
  type ConnectorDefinition,
  ConnectorError,
  type Log,
  type Notice,
  notFound,
} from "#spi";
import type { Store } from "../../store/store.ts";
import type { SubscriptionRecord } from "../../store/subscription-records.ts";
import { keep } from "./keep.ts";

export interface NoticeParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  getConnector(name: string): ConnectorDefinition;
}

/** What became of posted notices. */
export interface NoticeResult {
  /** To be answered as text/plain: the sender only tests the address. */
  readonly handshake?: string;
  readonly accepted: number;
  readonly refused: number;
}

/** Takes what servers post; nobody vouches for the sender but the secret he repeats. */
export interface NoticeCases {
  /** Errors: NOT_FOUND, INVALID_REQUEST, FORBIDDEN when no notice has the right secret. Kept when it answers. */
  receive(id: string, query: Readonly<Record<string, string>>, body: unknown): Promise<NoticeResult>;
}

export function createNotices({ store, clock, log, getConnector }: NoticeParts): NoticeCases {
  const { subscriptions } = store;
  return {
    async receive(id, query, body) {
      const record = await subscriptions.byId(id);
      const connection = record && (await store.connections.byId(record.connectionId));
      const reader = connection && getConnector(connection.connector).notices;
      if (record === undefined || reader === undefined) throw notFound("There is no such subscription.");
      const handshake = reader.handshake(query);
      if (handshake !== undefined) return { handshake, accepted: 0, refused: 0 };
      const notices = reader.read(body);
      const trusted = notices.filter(({ secret }) => isSecretOf(record, secret));
      const refused = notices.length - trusted.length;
      if (refused > 0) log.warn({ subscription: id, refused }, "notices with a wrong secret were refused");
      if (refused > 0 && trusted.length === 0) throw wrongSecret();
      const changes = trusted.flatMap(changeOf);
      await keep(store, clock, id, { changes, source: "notification", table: record.watched.table });
      const needsLook = trusted.some(({ about }) => about.kind !== "change");
      if (needsLook) await subscriptions.hurry(id);
      return { accepted: trusted.length, refused };
    },
  };
}

const changeOf = ({ about }: Notice): readonly Change[] => (about.kind === "change" ? [about.change] : []);

/** In constant time: digests have one length whatever came. */
function isSecretOf({ secretHash }: SubscriptionRecord, secret: string | undefined): boolean {
  if (secretHash === undefined || secret === undefined) return false;
  return timingSafeEqual(digest(secret), Buffer.from(secretHash, "base64url"));
}

const digest = (secret: string): Buffer => createHash("sha256").update(secret).digest();

const wrongSecret = (): ConnectorError =>
  new ConnectorError("FORBIDDEN", "The notices do not repeat the secret of this subscription; nothing was done.", {
    causeCode: "NOTIFICATION_SECRET_WRONG",
  });
