import type { Socket } from "node:net";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { asConnectorError, ConnectorError, type Log, notFound } from "#spi";
import { authorizePath } from "../../runtime/authorizations.ts";
import { type ProblemContext, type ProblemDocument, problemOf, retryAfterSeconds } from "../problem.ts";
import { Refusal } from "../refusal.ts";
import type { Server } from "../server.ts";

// An import statement would evaluate every export of node:http, WebSocket with its 4 MB among them.
const { STATUS_CODES } = process.getBuiltinModule("node:http");

export const problemMediaType = "application/problem+json";

const refusalsByFastifyCode: Readonly<Record<string, (error: FastifyError) => ConnectorError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new ConnectorError("TOO_LARGE", "The body is larger than this route takes."),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new Refusal(415, "INVALID_REQUEST", "The Content-Type of the body is not one this route takes."),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new ConnectorError("INVALID_REQUEST", "The body is not as long as Content-Length says."),
  FST_ERR_BAD_URL: () => new ConnectorError("INVALID_REQUEST", "The path is not a valid URL path."),
  FST_ERR_MAX_PARAM_LENGTH: () => new Refusal(414, "INVALID_REQUEST", "A name in the path is too long."),
};

/** Fastify's own refusals in our terms; everything else that is no ConnectorError is a defect. */
export function known(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const code = (error as Partial<FastifyError> | null)?.code;
  const convert = typeof code === "string" ? refusalsByFastifyCode[code] : undefined;
  return convert === undefined ? asConnectorError(error) : convert(error as FastifyError);
}

/** Which parts of a request its problem depends on. */
export function problemContext(request: FastifyRequest): ProblemContext {
  const params = (request.params ?? {}) as Readonly<Record<string, string | undefined>>;
  const connection = params["connection"];
  return {
    requestId: request.id,
    nameInPath: params["table"] !== undefined || params["procedure"] !== undefined,
    writes: request.routeOptions.config.writes === true,
    ...(connection !== undefined && {
      authorize: authorizePath(connection),
    }),
  };
}

const isDefect = (problem: ProblemDocument): boolean => problem.code === "INTERNAL";

/** The problem of anything thrown; defects go to the log with their cause, which no answer shows. */
export function problemFor(error: unknown, request: FastifyRequest, log: Log): ProblemDocument {
  const connectorError = known(error);
  const problem = problemOf(connectorError, problemContext(request));
  if (isDefect(problem))
    log.error({ requestId: request.id, err: connectorError.cause ?? connectorError }, "unexpected error");
  return problem;
}

/** Sends a problem with the headers that belong to it; as bytes, or Fastify would add a charset the type does not have. */
export function sendProblem(
  reply: FastifyReply,
  problem: ProblemDocument,
  headers: Readonly<Record<string, string>> = {},
): FastifyReply {
  const seconds = retryAfterSeconds(problem);
  if (seconds !== undefined) reply.header("retry-after", String(seconds));
  return reply
    .code(problem.status)
    .headers(headers)
    .header("content-type", problemMediaType)
    .send(Buffer.from(JSON.stringify(problem)));
}

/** Answers for everything thrown in a hook or handler, and for paths nobody serves. */
export function addProblems(app: Server, log: Log): void {
  app.setErrorHandler((error, request, reply) => {
    // Fastify closes after a body it did not read to the end, and the reset may overtake the answer; see half-read.
    reply.removeHeader("connection");
    const headers = error instanceof Refusal ? error.headers : {};
    return sendProblem(reply, problemFor(error, request, log), headers);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "";
    const error = notFound(`There is no ${request.method} ${path.slice(0, 200)} here; GET /docs lists all routes.`);
    return sendProblem(reply, problemFor(error, request, log));
  });
}

/** Answers for requests so broken that no route was chosen. */
export function frameworkErrors(log: Log): (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => void {
  return (error, request, reply) => void sendProblem(reply, problemFor(error, request, log));
}

const clientErrors: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "The request did not arrive in time."],
  HPE_HEADER_OVERFLOW: [431, "The headers are larger than allowed."],
};

/** Answers for bytes that are no HTTP request. */
export function clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const [status, detail] = clientErrors[error.code ?? ""] ?? [400, "This is not a valid HTTP request."];
  const refusal = new Refusal(status, "INVALID_REQUEST", detail);
  const body = JSON.stringify(problemOf(refusal, { requestId: "", nameInPath: false, writes: false }));
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${problemMediaType}\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  socket.destroy(error);
}
