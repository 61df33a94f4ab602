import { z } from "zod";
import type { Batch } from "#spi";
import type {
  Call,
  QueryPage,
  RunInput,
  SavedActivityCases,
  SavedActivityInput,
  SavedActivityView,
} from "../../runtime/use-cases.ts";
import { callOf } from "../call.ts";
import type { HttpParts } from "../parts.ts";
import {
  executeAnswer,
  jsonAnswer,
  outcomesFormat,
  type RowsFormat,
  rowsFormat,
  sendRows,
  streamReport,
  writeAnswer,
} from "../plugins/answer-formats.ts";
import { useMembers } from "../plugins/connection-use.ts";
import { ifMatchOf, sendTagged } from "../plugins/etag.ts";
import { answerOnce, refuseAsync, sendAnswer } from "../plugins/idempotency.ts";
import { requireRowLimit } from "../row-limit.ts";
import { runAnswers } from "../schemas/activities.ts";
import { noBody, noQuery, pageQuery } from "../schemas/common.ts";
import {
  activityParams,
  runBody,
  savedActivityInput,
  savedActivityPage,
  savedActivityReplacement,
  savedActivityView,
} from "../schemas/saved-activities.ts";
import type { Server } from "../server.ts";

const tags = ["Saved activities"];
const readers = ["designer", "operator", "auditor"] as const;

/** The flat shape of the API → the port's, which keeps the activity's own body apart. */
function inputOf(flat: z.output<typeof savedActivityInput>): SavedActivityInput {
  const { name, connection, kind, description, retryPolicy, ...body } = flat;
  const optional = {
    ...(description !== undefined && { description }),
    ...(retryPolicy !== undefined && { retryPolicy }),
  };
  return { name, connection, kind, ...optional, body };
}

const flatten = ({ body, ...view }: SavedActivityView) => ({ ...body, ...view });

/** All pages of a saved query, one batch each. */
async function* allPages(
  cases: SavedActivityCases,
  call: Call,
  activity: string,
  input: RunInput,
  first: QueryPage,
): AsyncGenerator<Batch> {
  for (let page = first; ; ) {
    yield { rows: page.records, warnings: page.warnings };
    if (page.nextPageToken === undefined) return;
    const next = await cases.run(call, activity, { ...input, pageToken: page.nextPageToken });
    if (!("records" in next)) return;
    page = next;
  }
}

function runRoute(app: Server, parts: HttpParts): void {
  const { cases, settings } = parts;
  app.post(
    "/v1/activities/:activity/run",
    {
      bodyLimit: settings.limits.largeBodyBytes,
      config: { access: ["operator"], writes: true, idempotent: true, upstream: true, answers: runAnswers },
      schema: {
        operationId: "runActivity",
        tags,
        summary: "Run a saved activity",
        description: "Answers as that activity does. `pageToken` goes on with a saved query.",
        params: activityParams,
        querystring: noQuery,
        body: runBody,
      },
    },
    async (request, reply) => {
      refuseAsync(request);
      const format = rowsFormat(request);
      const call = callOf(request);
      const { activity } = request.params;
      const input: RunInput = request.body ?? {};
      requireRowLimit(input.rows, settings.limits.rowsPerCall);
      const { value: saved } = await cases.savedActivities.get(call, activity);
      const report = streamReport(parts, request, call, saved.kind);
      if (saved.kind === "query") {
        const page = await cases.savedActivities.run(call, activity, input);
        if (!("records" in page)) throw new Error(`Saved query ${saved.id} answered no records`);
        if (format !== "application/json")
          return sendRows(
            reply,
            format,
            {
              columns: page.columns,
              batches: allPages(cases.savedActivities, call, activity, input, page),
              ...useMembers(request),
            },
            report,
          );
        report.rows(page.records.length);
        return sendAnswer(reply, jsonAnswer({ ...page, ...useMembers(request) }));
      }
      const writeFormat = saved.kind === "execute" ? undefined : outcomesFormat(request);
      return answerOnce(parts, request, reply, call, {
        body: () => JSON.stringify(input),
        work: async () => {
          const result = await cases.savedActivities.run(call, activity, input);
          return runAnswer({ ...result, ...useMembers(request) }, format, writeFormat);
        },
      });
    },
  );
}

function runAnswer(
  result: Awaited<ReturnType<SavedActivityCases["run"]>>,
  format: RowsFormat,
  writeFormat: ReturnType<typeof outcomesFormat> | undefined,
) {
  if ("outcomes" in result) return writeAnswer(writeFormat ?? "application/json", result);
  if ("results" in result) return executeAnswer(format, result);
  return jsonAnswer(result);
}

/** Saved activities: create, read, replace, delete, run. */
export function savedActivityRoutes(app: Server, parts: HttpParts): void {
  const { savedActivities } = parts.cases;
  const { largeBodyBytes } = parts.settings.limits;
  app.post(
    "/v1/activities",
    {
      bodyLimit: largeBodyBytes,
      config: { access: ["designer"] },
      schema: {
        operationId: "createActivity",
        tags,
        summary: "Save an activity",
        description: "Values may hold [variable] and [variable{default}]; they are resolved at each run.",
        querystring: noQuery,
        body: savedActivityInput,
        response: { 201: savedActivityView.describe("Created; `Location` and `ETag` are set.") },
      },
    },
    async (request, reply) => {
      const created = await savedActivities.create(callOf(request), inputOf(request.body));
      reply.code(201).header("location", `/v1/activities/${encodeURIComponent(created.value.id)}`);
      return sendTagged(request, reply, created, flatten(created.value));
    },
  );
  app.get(
    "/v1/activities",
    {
      config: { access: readers },
      schema: {
        operationId: "listActivities",
        tags,
        summary: "List saved activities",
        querystring: pageQuery,
        response: { 200: savedActivityPage },
      },
    },
    async (request) => {
      const page = await savedActivities.list(callOf(request), request.query);
      return { ...page, items: page.items.map(flatten) };
    },
  );
  app.get(
    "/v1/activities/:activity",
    {
      config: { access: readers, etag: "read" },
      schema: {
        operationId: "getActivity",
        tags,
        summary: "Read a saved activity",
        params: activityParams,
        querystring: noQuery,
        response: { 200: savedActivityView },
      },
    },
    async (request, reply) => {
      const tagged = await savedActivities.get(callOf(request), request.params.activity);
      return sendTagged(request, reply, tagged, flatten(tagged.value));
    },
  );
  app.put(
    "/v1/activities/:activity",
    {
      bodyLimit: largeBodyBytes,
      config: { access: ["designer"], etag: "change" },
      schema: {
        operationId: "replaceActivity",
        tags,
        summary: "Replace a saved activity",
        params: activityParams,
        querystring: noQuery,
        body: savedActivityReplacement,
        response: { 200: savedActivityView },
      },
    },
    async (request, reply) => {
      const call = callOf(request);
      const { activity } = request.params;
      const ifMatch = ifMatchOf(request);
      const { id, createdAt, updatedAt, ...form } = request.body;
      const input = { ...inputOf(form), id, createdAt, updatedAt };
      const tagged = await savedActivities.replace(call, activity, input, ifMatch);
      return sendTagged(request, reply, tagged, flatten(tagged.value));
    },
  );
  app.delete(
    "/v1/activities/:activity",
    {
      config: { access: ["designer"], etag: "change" },
      schema: {
        operationId: "deleteActivity",
        tags,
        summary: "Delete a saved activity",
        params: activityParams,
        querystring: noQuery,
        body: noBody,
        response: { 204: z.undefined().describe("Deleted.") },
      },
    },
    async (request, reply) => {
      const call = callOf(request);
      const { activity } = request.params;
      const ifMatch = ifMatchOf(request);
      await savedActivities.remove(call, activity, ifMatch);
      return reply.code(204).send();
    },
  );
  runRoute(app, parts);
}
