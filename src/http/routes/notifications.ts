import { z } from "zod";
import type { HttpParts } from "../parts.ts";
import type { Server } from "../server.ts";

/** Where mail servers post notices of changes. */
export function notificationRoutes(app: Server, parts: HttpParts): void {
  app.register(async (scope) => {
    // A request that tests the address has no body, and says that it is text.
    scope.addContentTypeParser("text/plain", { parseAs: "string", bodyLimit: 1024 }, async () => undefined);
    addRoute(scope as unknown as Server, parts);
  });
}

function addRoute(app: Server, { cases, metrics, settings }: HttpParts): void {
  const counted = metrics.counter(
    "subscription_notices_total",
    "Notices posted by mail servers, by what became of them.",
  );
  app.post(
    "/v1/notifications/:subscription",
    {
      config: { access: "public" },
      bodyLimit: settings.limits.bodyBytes,
      schema: {
        operationId: "receiveNotifications",
        tags: ["Subscriptions"],
        summary: "Notices of changes, posted by the mail server",
        description:
          "Needs no key: each notice must repeat the secret the subscription was made with. A request that only tests the address is answered with what it asks for, as text.",
        params: z.object({ subscription: z.string().min(1).max(200) }),
        querystring: z.record(z.string(), z.string()),
        body: z.unknown(),
        response: {
          200: z.string().describe("The token of a request that tests the address."),
          202: z.undefined().describe("Kept."),
        },
      },
    },
    async (request, reply) => {
      const { params, query, body } = request;
      const result = await cases.notices.receive(params.subscription, query, body).catch((error: unknown) => {
        counted.add({ result: "refused" });
        throw error;
      });
      if (result.handshake !== undefined) {
        reply.header("content-type", "text/plain; charset=utf-8").header("x-content-type-options", "nosniff");
        return reply.code(200).send(result.handshake);
      }
      counted.add({ result: "accepted" }, result.accepted);
      counted.add({ result: "refused" }, result.refused);
      return reply.code(202).send();
    },
  );
}
