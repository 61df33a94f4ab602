import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { type Face, readRequest, writeAnswer } from "../../connectors/microsoft-exchange/sandbox/http.ts";
import { makeLocalTls } from "../../connectors/microsoft-exchange/sandbox/tls.ts";

/** Faces of the sandbox listening on loopback, over http and https. */
export type ServedFaces = { readonly http: string; readonly https: string; close(): Promise<void> };

/** Serves faces on free ports; this process trusts the certificate from then on. */
export async function serveFaces(...faces: Face[]): Promise<ServedFaces> {
  const tls = await makeLocalTls();
  setDefaultCACertificates([...getCACertificates("default"), tls.ca]);
  const listener = (scheme: "http" | "https") => (message: IncomingMessage, response: ServerResponse) =>
    void answer(faces, scheme, message, response);
  const plain = createHttp(listener("http"));
  const secure = createHttps({ key: tls.key, cert: tls.cert }, listener("https"));
  const [httpPort, httpsPort] = await Promise.all([listen(plain), listen(secure)]);
  return {
    http: `http://localhost:${httpPort}`,
    https: `https://localhost:${httpsPort}`,
    close: async () => {
      await Promise.all([stop(plain), stop(secure)]);
    },
  };
}

async function answer(faces: Face[], scheme: "http" | "https", message: IncomingMessage, response: ServerResponse) {
  try {
    const request = await readRequest(message, scheme);
    for (const face of faces) {
      const found = await face(request);
      if (found !== undefined) return writeAnswer(response, found);
    }
    writeAnswer(response, { status: 404 });
  } catch (problem) {
    writeAnswer(response, { status: 500, body: problem instanceof Error ? String(problem.stack) : String(problem) });
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "localhost", () => resolve((server.address() as AddressInfo).port));
  });
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
