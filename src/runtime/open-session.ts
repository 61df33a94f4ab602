import type {
  AccessTokens,
  Clock,
  ConnectorContext,
  ConnectorDefinition,
  Dialogue,
  FileAccess,
  HttpClient,
  Log,
  Random,
  RecordFiles,
  Session,
  TransportOptions,
} from "#spi";
import { openTransport, type Transport, type TransportParts } from "../net/client.ts";
import type { EgressRules } from "../net/egress.ts";
import type { Observer } from "../net/observe.ts";
import type { AgentProxy } from "../net/proxy-rules.ts";
import type { Resolver } from "../net/resolve.ts";
import type { Slots } from "../net/slots.ts";

/** What every session of this process is opened with. */
export interface SessionSurroundings {
  readonly egress: EgressRules;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly files: FileAccess;
  readonly records?: RecordFiles;
  readonly agentProxy?: AgentProxy;
  readonly resolver?: Resolver;
  readonly sharedSlots?: Slots;
}

export interface SessionRequest {
  readonly definition: ConnectorDefinition;
  readonly config: unknown;
  readonly options: TransportOptions;
  /** Makes the connection's tokens; its requests to the identity provider go over the same transport. */
  readonly tokens?: (http: HttpClient) => AccessTokens;
  readonly observer?: Observer;
  /** Takes the conversation with the server, where it is asked for. */
  readonly dialogue?: Dialogue;
  readonly heldUntilMs?: number;
  readonly onPause?: (untilMs: number) => void;
  /** Calls are tried once and busy servers not waited for. */
  readonly once?: boolean;
}

export interface OpenedSession {
  readonly session: Session;
  readonly transport: Transport;
  /** Closes the session, then its transport. */
  close(): Promise<void>;
}

/** Opens the transport of one configuration and the connector's session over it. */
export async function openSession(request: SessionRequest, surroundings: SessionSurroundings): Promise<OpenedSession> {
  // Tokens need the transport and the transport needs tokens: the one asks only when the other sends.
  const http: HttpClient = { request: (outgoing) => transport.http.request(outgoing) };
  const tokens = request.tokens?.(http);
  const transport: Transport = openTransport(request.options, transportParts(request, tokens, surroundings));
  const { files, records, log, clock, random } = surroundings;
  const context: ConnectorContext = {
    http: transport.http,
    socket: (target, signal) => transport.socket(target, signal),
    ...(tokens === undefined ? {} : { tokens }),
    attempt: (call, send, signal) => transport.attempt(call, send, signal),
    ...(request.dialogue === undefined ? {} : { dialogue: request.dialogue }),
    files,
    ...(records === undefined ? {} : { records }),
    log,
    clock,
    random,
  };
  try {
    const session = await request.definition.connect(request.config, context);
    return {
      session,
      transport,
      async close() {
        await session.close();
        await transport.close();
      },
    };
  } catch (error) {
    await transport.close();
    throw error;
  }
}

function transportParts(
  { observer, heldUntilMs, onPause, once }: SessionRequest,
  tokens: AccessTokens | undefined,
  surroundings: SessionSurroundings,
): TransportParts {
  return {
    ...surroundings,
    ...(tokens === undefined ? {} : { tokens }),
    ...(observer === undefined ? {} : { observer }),
    ...(heldUntilMs === undefined ? {} : { heldUntilMs }),
    ...(onPause === undefined ? {} : { onPause }),
    ...(once === undefined ? {} : { once }),
  };
}
