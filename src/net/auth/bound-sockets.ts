import type { Client } from "undici";
import type { Answer } from "../answer.ts";
import type { Origin } from "../origins.ts";
import { Slots } from "../slots.ts";
import { endPointBinding } from "./channel-binding.ts";

/** A single socket whose login belongs to it. Leased to one request at a time, through all its legs. */
export class BoundSocket {
  readonly origin: Origin;
  #client: Client;
  #isAuthenticated = false;
  #binding: Buffer | undefined;
  #connections = 0;

  constructor(origin: Origin) {
    this.origin = origin;
    this.#client = this.#open();
  }

  get client(): Client {
    return this.#client;
  }

  /** The server knows this socket's user. Forgotten as soon as the socket is another one. */
  get isAuthenticated(): boolean {
    return this.#isAuthenticated;
  }
  set isAuthenticated(value: boolean) {
    this.#isAuthenticated = value;
  }

  /** `tls-server-end-point` data of the certificate this very socket was shown. */
  get binding(): Buffer | undefined {
    return this.#binding;
  }

  /** Tells one connection of the socket from the next: a handshake must not change over in its middle. */
  get connections(): number {
    return this.#connections;
  }

  /** Another socket in its place: one that was logged in once is not logged in again. */
  async renew(): Promise<void> {
    const old = this.#client;
    this.#client = this.#open();
    await old.destroy();
  }

  async destroy(): Promise<void> {
    await this.#client.destroy();
  }

  #open(): Client {
    const client = this.origin.client(({ certificate }) => {
      if (client !== this.#client) return;
      this.#connections++;
      this.#isAuthenticated = false;
      this.#binding = certificate === undefined ? undefined : endPointBinding(certificate);
    });
    client.on("disconnect", () => {
      if (client === this.#client) this.#isAuthenticated = false;
    });
    this.#isAuthenticated = false;
    return client;
  }
}

interface Shelf {
  readonly slots: Slots;
  readonly idle: BoundSocket[];
}

/** The sockets of one set of credentials, at most so many for an origin. */
export class BoundSockets {
  readonly #limit: number;
  readonly #shelves = new Map<Origin, Shelf>();
  readonly #all = new Set<BoundSocket>();
  #isClosed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Runs one request on a socket of its own; the socket is free again when the answer's body has ended. */
  async use(origin: Origin, signal: AbortSignal, run: (socket: BoundSocket) => Promise<Answer>): Promise<Answer> {
    const shelf = this.#shelfOf(origin);
    const giveBack = await shelf.slots.take(signal);
    const socket = shelf.idle.pop() ?? this.#make(origin);
    const release = () => {
      if (this.#isClosed) void socket.destroy();
      else shelf.idle.push(socket);
      giveBack();
    };
    try {
      const answer = await run(socket);
      if (answer.body.closed) release();
      else answer.body.once("close", release);
      return answer;
    } catch (error) {
      this.#all.delete(socket);
      giveBack();
      await socket.destroy();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#all].map((socket) => socket.destroy()));
  }

  #shelfOf(origin: Origin): Shelf {
    const shelf = this.#shelves.get(origin) ?? { slots: new Slots(this.#limit), idle: [] };
    this.#shelves.set(origin, shelf);
    return shelf;
  }

  #make(origin: Origin): BoundSocket {
    const socket = new BoundSocket(origin);
    this.#all.add(socket);
    return socket;
  }
}
