import { type Clock, ConnectorError, conflict, invalidRequest, mistaken, notFound, type Random } from "#spi";
import type { RetryPolicy } from "../net/retry-policy.ts";
import { isUniqueViolation } from "../store/engines/errors.ts";
import type { Repositories, SavedActivityRecord, Store } from "../store/store.ts";
import { aliasPrefix } from "./alias-input.ts";
import { unknownAlias } from "./alias-resolution.ts";
import type { AuditTrail } from "./audit.ts";
import { authorizePath } from "./authorizations.ts";
import { nameMistakes } from "./connection-input.ts";
import type { ConnectionAccess } from "./connections.ts";
import type { ListPaging } from "./page.ts";
import { allowedConnectionIds } from "./principal.ts";
import { canonical, isoTime, requireMatch, requireShown, tagged } from "./representation.ts";
import { checkSavedBody } from "./saved-activity-body.ts";
import { resolveBody } from "./saved-activity-variables.ts";
import type {
  ActivityCases,
  ActivityKind,
  Call,
  ExecuteBody,
  ExecuteResult,
  QueryBody,
  QueryPage,
  RunInput,
  SavedActivityCases,
  SavedActivityInput,
  SavedActivityView,
  WriteBody,
  WriteResult,
} from "./use-cases.ts";
import type { VariableResolver } from "./variable-resolver.ts";

export interface SavedActivityParts {
  readonly store: Store;
  readonly access: Pick<ConnectionAccess, "locate">;
  readonly variables: VariableResolver;
  readonly activities: Pick<ActivityCases, "query" | "write" | "execute">;
  readonly audit: AuditTrail;
  readonly paging: ListPaging;
  readonly clock: Clock;
  readonly random: Random;
}

/** A saved activity made ready: which connection, and the body with the values of this run. */
export interface PreparedRun {
  readonly kind: ActivityKind;
  readonly connection: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** The call with its variables: for the connection's properties too. */
  readonly call: Call;
}

/** Also for asynchronous runs, which accept first and run later. */
export interface SavedActivityPreparation {
  prepare(call: Call, activity: string, input: RunInput): Promise<PreparedRun>;
}

export function createSavedActivities(parts: SavedActivityParts): SavedActivityCases & SavedActivityPreparation {
  const { store, access, variables, activities, audit, paging, clock, random } = parts;

  const find = async (call: Call, reference: string): Promise<SavedActivityRecord> => {
    const found = (await store.savedActivities.byId(reference)) ?? (await store.savedActivities.byName(reference));
    if (found === undefined) throw notFound(`There is no saved activity ${reference}.`, { target: reference });
    // A limited key sees the activities of its connections only.
    if (call.principal.connections !== undefined) await access.locate(call, found.connectionId ?? found.connection);
    return found;
  };
  const recordFrom = async (
    call: Call,
    input: SavedActivityInput,
    identity: Identity,
  ): Promise<SavedActivityRecord> => {
    const mistakes = nameMistakes(input.name).map((mistake) => ({ ...mistake, code: "INVALID_REQUEST" as const }));
    if (mistakes.length > 0) throw mistaken(mistakes);
    checkSavedBody(input.kind, input.body);
    const connectionId = await connectionIdOf(call, parts, input.connection);
    const { name, kind, description, body, retryPolicy } = input;
    return {
      ...identity,
      name,
      connection: input.connection,
      ...(connectionId === undefined ? {} : { connectionId }),
      kind,
      ...(description === undefined ? {} : { description }),
      body: retryPolicy === undefined ? body : { ...body, retryPolicy },
    };
  };
  const prepare: SavedActivityPreparation["prepare"] = async (call, reference, input) => {
    const found = await find(call, reference);
    const kind = found.kind as ActivityKind;
    const { variables: values, overrides } = input;
    const { retryPolicy, ...body } = found.body;
    const runCall = {
      ...call,
      ...(retryPolicy === undefined ? {} : { retryPolicy: retryPolicy as RetryPolicy }),
      ...(values === undefined ? {} : { variables: values }),
      ...(overrides === undefined ? {} : { overrides }),
    };
    if (call.use !== undefined) call.use.requested = found.connection;
    const resolved = await resolveBody(runCall, body, variables);
    const connection = found.connectionId ?? found.connection;
    return { kind, connection, call: runCall, body: withRunInput(kind, resolved, input) };
  };

  return {
    prepare,

    async create(call, input) {
      const now = clock.now();
      const record = await recordFrom(call, input, { id: random.uuid(), version: 1, createdAt: now, updatedAt: now });
      const work = async (repositories: Repositories): Promise<void> => {
        await requireFreeName(repositories, record.name);
        await repositories.savedActivities.insert(record);
        await audit.append(repositories, call, "activity.create", `activity/${record.id}`);
      };
      await orTaken(record.name, store.transaction(work));
      return tagged(show(record));
    },

    async list(call, request) {
      const visible = await allowedConnectionIds(store, call.principal);
      return paging.page(
        "activities",
        request,
        (after, limit) => store.savedActivities.list(typeof after === "string" ? { after, limit } : { limit }, visible),
        ({ name }) => name,
        show,
      );
    },

    get: async (call, reference) => tagged(show(await find(call, reference))),

    async replace(call, reference, input, ifMatch) {
      const current = await find(call, reference);
      requireShown(show(current), input);
      const { id, version, createdAt } = current;
      const next = await recordFrom(call, input, { id, version: version + 1, createdAt, updatedAt: clock.now() });
      // A repeated request whose answer was lost is no conflict with itself.
      if (isUnchanged(current, next)) return tagged(show(current));
      requireMatch(ifMatch, tagged(show(current)).etag);
      const work = async (repositories: Repositories): Promise<void> => {
        if (next.name !== current.name) await requireFreeName(repositories, next.name);
        if (!(await repositories.savedActivities.update(next, version))) throw changedMeanwhile();
        await audit.append(repositories, call, "activity.update", `activity/${id}`);
      };
      await orTaken(next.name, store.transaction(work));
      return tagged(show(next));
    },

    async remove(call, reference, ifMatch) {
      const current = await find(call, reference);
      requireMatch(ifMatch, tagged(show(current)).etag);
      await store.transaction(async (repositories) => {
        await repositories.savedActivities.remove(current.id);
        await audit.append(repositories, call, "activity.remove", `activity/${current.id}`);
      });
    },

    async run(call, reference, input) {
      const prepared = await prepare(call, reference, input);
      return withAuthorizePath(prepared.connection, runPrepared(activities, prepared));
    },
  };
}

type Identity = Pick<SavedActivityRecord, "id" | "version" | "createdAt" | "updatedAt">;

/** The body's shape was checked when it was saved; binding checks its meaning. */
function runPrepared(
  activities: SavedActivityParts["activities"],
  { kind, connection, body, call }: PreparedRun,
): Promise<QueryPage | WriteResult | ExecuteResult> {
  if (kind === "query") return activities.query(call, connection, body as unknown as QueryBody);
  if (kind === "execute") return activities.execute(call, connection, body as unknown as ExecuteBody);
  return activities.write(call, connection, kind, body as unknown as WriteBody);
}

/** The path of a run names no connection: where to authorize its connection is told with the error. */
async function withAuthorizePath<T>(connectionId: string, running: Promise<T>): Promise<T> {
  return running.catch((error: unknown) => {
    if (!(error instanceof ConnectorError) || error.code !== "AUTHORIZATION_REQUIRED") throw error;
    throw error.with({ evidence: { ...error.evidence, authorize: authorizePath(connectionId) } });
  });
}

/** What a run adds must be something its kind of activity takes. */
function withRunInput(
  kind: ActivityKind,
  body: Readonly<Record<string, unknown>>,
  { rows, input, pageToken }: RunInput,
): Readonly<Record<string, unknown>> {
  const isText = "sql" in body;
  const isWrite = kind !== "query" && kind !== "execute";
  if (rows !== undefined && (!isWrite || isText)) throw notTaken("rows");
  if (input !== undefined && (kind !== "execute" || isText)) throw notTaken("input");
  if (pageToken !== undefined && kind !== "query") throw notTaken("pageToken");
  if (isWrite && !isText) return { ...body, rows: rows ?? body["rows"] ?? [] };
  if (kind === "execute" && !isText) return { ...body, input: { ...(body["input"] as object | undefined), ...input } };
  return pageToken === undefined ? body : { ...body, pageToken };
}

const notTaken = (member: string): ConnectorError =>
  invalidRequest(`This saved activity takes no ${member}.`, {
    mistakes: [{ pointer: `/${member}`, code: "INVALID_REQUEST", detail: `This saved activity takes no ${member}.` }],
  });

const show = ({
  connectionId: _,
  version: __,
  createdAt,
  updatedAt,
  ...rest
}: SavedActivityRecord): SavedActivityView => ({
  ...rest,
  kind: rest.kind as ActivityKind,
  createdAt: isoTime(createdAt),
  updatedAt: isoTime(updatedAt),
});

const isUnchanged = (current: SavedActivityRecord, next: SavedActivityRecord): boolean =>
  canonical({ ...next, version: current.version, updatedAt: current.updatedAt }) === canonical(current);

/** The connection meant; an alias is only looked for, since what it stands for is found at each run. */
async function connectionIdOf(
  call: Call,
  { access, store }: Pick<SavedActivityParts, "access" | "store">,
  connection: string,
): Promise<string | undefined> {
  try {
    if (!connection.startsWith(aliasPrefix)) return (await access.locate(call, connection)).id;
    const name = connection.slice(aliasPrefix.length);
    const alias = await store.aliases.byName(name);
    if (alias === undefined) throw unknownAlias(name, await store.aliases.all());
    // What a limited key saves, others run with their rights: it must not reach further than the key itself.
    if (call.principal.connections !== undefined) for (const id of alias.connectionIds) await access.locate(call, id);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== "NOT_FOUND") throw error;
    throw error.with({ mistakes: [{ pointer: "/connection", code: "NOT_FOUND", detail: error.message }] });
  }
}

/** An id in a path is tried before a name. */
async function requireFreeName({ savedActivities }: Repositories, name: string): Promise<void> {
  if ((await savedActivities.byId(name)) !== undefined) throw taken(name);
}

async function orTaken<T>(name: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw isUniqueViolation(error) ? taken(name) : error;
  });
}

const taken = (name: string): ConnectorError =>
  conflict(`The name ${name} is taken by another saved activity.`, { target: "name" });

const changedMeanwhile = (): ConnectorError =>
  new ConnectorError("PRECONDITION", "The activity was changed by another request at the same time; read it again.");
