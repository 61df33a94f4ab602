import { callOf, signalOf } from "../call.ts";
import { callbackPage, callbackPolicy } from "../callback-page.ts";
import type { HttpParts } from "../parts.ts";
import { connectionParams, noBody, noQuery } from "../schemas/common.ts";
import { authorizationStart, callbackQuery } from "../schemas/tokens.ts";
import type { Server } from "../server.ts";

const tags = ["Tokens"];

/** Start and end of the authorization-code flow. */
export function authorizationRoutes(app: Server, { cases }: HttpParts): void {
  app.post(
    "/v1/connections/:connection/authorizations",
    {
      config: { access: ["designer"], upstream: true },
      schema: {
        operationId: "startAuthorization",
        tags,
        summary: "Start an authorization",
        description: "Authorization-code flow with PKCE. Open `authorizationUrl` in a browser; the state works once.",
        params: connectionParams,
        querystring: noQuery,
        body: noBody,
        response: { 201: authorizationStart },
      },
    },
    async (request, reply) => {
      const started = await cases.tokens.authorize(callOf(request), request.params.connection);
      return reply.code(201).send(started);
    },
  );
  app.get(
    "/v1/oauth/callback",
    {
      config: { access: "public", upstream: true, answers: { 200: callbackPage.answer } },
      schema: {
        operationId: "finishAuthorization",
        tags,
        summary: "End of an authorization, called by the browser",
        description: "Needs no key: the single-use state is the proof. Answers a page that tells the result.",
        querystring: callbackQuery,
      },
    },
    async (request, reply) => {
      const result = await cases.tokens.callback(request.query, request.id, signalOf(request));
      return reply
        .code(result.succeeded ? 200 : 400)
        .header("content-type", "text/html; charset=utf-8")
        .header("content-security-policy", callbackPolicy)
        .header("referrer-policy", "no-referrer")
        .send(callbackPage.render(result));
    },
  );
}
