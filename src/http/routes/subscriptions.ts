import { z } from "zod";
import type { SubscriptionInput } from "../../runtime/subscriptions/cases.ts";
import { callOf } from "../call.ts";
import type { HttpParts } from "../parts.ts";
import { connectionParams, flag, noBody, noQuery, pageQuery } from "../schemas/common.ts";
import {
  eventPage,
  eventsQuery,
  subscriptionInput,
  subscriptionPage,
  subscriptionParams,
  subscriptionView,
} from "../schemas/subscriptions.ts";
import type { Server } from "../server.ts";

const tags = ["Subscriptions"];
const readers = ["designer", "operator", "auditor"] as const;
const base = "/v1/connections/:connection/subscriptions";

/** Members that did not come are absent. */
const inputOf = (sent: z.output<typeof subscriptionInput>): SubscriptionInput =>
  Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));

/** Subscriptions to changes: create, list, read, end, and their events. */
export function subscriptionRoutes(app: Server, { cases }: HttpParts): void {
  const { subscriptions } = cases;
  app.post(
    base,
    {
      config: { access: ["operator"] },
      schema: {
        operationId: "createSubscription",
        tags,
        summary: "Subscribe to changes, or join a subscription to the same resource",
        params: connectionParams,
        querystring: noQuery,
        body: subscriptionInput,
        response: {
          200: subscriptionView.describe("The resource was watched already; the caller is one of its owners now."),
          201: subscriptionView.describe("Created; `Location` is set."),
        },
      },
    },
    async (request, reply) => {
      const { connection } = request.params;
      const { view, isNew } = await subscriptions.create(callOf(request), connection, inputOf(request.body));
      reply.header("location", `/v1/connections/${encodeURIComponent(connection)}/subscriptions/${view.id}`);
      return reply.code(isNew ? 201 : 200).send(view);
    },
  );
  app.get(
    base,
    {
      config: { access: readers },
      schema: {
        operationId: "listSubscriptions",
        tags,
        summary: "List subscriptions",
        params: connectionParams,
        querystring: pageQuery,
        response: { 200: subscriptionPage },
      },
    },
    async (request) => subscriptions.list(callOf(request), request.params.connection, request.query),
  );
  app.get(
    `${base}/:subscription`,
    {
      config: { access: readers },
      schema: {
        operationId: "getSubscription",
        tags,
        summary: "Read a subscription",
        params: subscriptionParams,
        querystring: noQuery,
        response: { 200: subscriptionView },
      },
    },
    async (request) => {
      const { connection, subscription } = request.params;
      return subscriptions.get(callOf(request), connection, subscription);
    },
  );
  eventRoutes(app, subscriptions);
}

function eventRoutes(app: Server, subscriptions: HttpParts["cases"]["subscriptions"]): void {
  app.get(
    `${base}/:subscription/events`,
    {
      config: { access: ["operator"] },
      schema: {
        operationId: "listSubscriptionEvents",
        tags,
        summary: "Read events, oldest first",
        description:
          "Every change is told at least once; what was told before is marked `duplicate`. Events are kept for 7 days, at most 100,000 of a subscription.",
        params: subscriptionParams,
        querystring: eventsQuery,
        response: { 200: eventPage },
      },
    },
    async (request) => {
      const { connection, subscription } = request.params;
      const { cursor, limit } = request.query;
      const from = { limit, ...(cursor === undefined ? {} : { cursor }) };
      return subscriptions.events(callOf(request), connection, subscription, from);
    },
  );
  app.delete(
    `${base}/:subscription`,
    {
      config: { access: ["operator"] },
      schema: {
        operationId: "deleteSubscription",
        tags,
        summary: "Leave a subscription; the last owner ends it",
        params: subscriptionParams,
        querystring: z.strictObject({
          force: flag.default(false).meta({ description: "End it for all owners." }),
        }),
        body: noBody,
        response: { 204: z.undefined().describe("Left or ended.") },
      },
    },
    async (request, reply) => {
      const { connection, subscription } = request.params;
      await subscriptions.remove(callOf(request), connection, subscription, request.query);
      return reply.code(204).send();
    },
  );
}
