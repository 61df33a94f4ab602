import tls from "node:tls";
import { describe, expect, test } from "vitest";
import { egressRules } from "../../../src/net/egress.ts";
import { makeCertificate } from "./certificates.ts";
import { listen, never, serveTcp, transport } from "./support.ts";

const firstData = (socket: NodeJS.ReadableStream) =>
  new Promise<string>((resolve) => socket.once("data", (chunk) => resolve(String(chunk))));

describe("a socket for another protocol", () => {
  test("comes under the egress rules", async () => {
    const { port, sockets } = await serveTcp((socket) => socket.write("220 hello\r\n"));
    const target = { host: "0x7f.1", port, tls: false };
    const closed = transport({}, { egress: egressRules({ allow: [], deny: [] }) });
    await expect(closed.socket(target, never)).rejects.toMatchObject({ code: "EGRESS_DENIED" });
    expect(sockets.size).toBe(0);
    const { socket } = await transport().socket(target, never);
    expect(await firstData(socket)).toBe("220 hello\r\n");
    socket.destroy();
  });

  test("speaks TLS from the start under the pin", async () => {
    const [shown, pinned] = await Promise.all([makeCertificate(), makeCertificate()]);
    const server = tls.createServer({ cert: shown.cert, key: shown.key }, (socket) => socket.write("220 safe\r\n"));
    const { port } = await listen(server, "smtps");
    const target = { host: "127.0.0.1", port, tls: true };
    const { socket } = await transport({ tls: { serverCert: shown.cert } }).socket(target, never);
    expect(await firstData(socket)).toBe("220 safe\r\n");
    socket.destroy();
    await expect(transport({ tls: { serverCert: pinned.cert } }).socket(target, never)).rejects.toMatchObject({
      causeCode: "CERTIFICATE_PIN_MISMATCH",
    });
  });

  test("offers no protocol of HTTP in the handshake: servers that insist on a common one hang up else", async () => {
    const { cert, key } = await makeCertificate();
    const asked: string[][] = [];
    const choose = ({ protocols }: { readonly protocols: string[] }) => {
      asked.push(protocols);
      return undefined;
    };
    const server = tls.createServer({ cert, key, ALPNCallback: choose }, (socket) => socket.write("220 safe\r\n"));
    const { port } = await listen(server, "smtps");
    const opened = await transport({ tls: { serverCert: cert } }).socket({ host: "127.0.0.1", port, tls: true }, never);
    expect(await firstData(opened.socket)).toBe("220 safe\r\n");
    expect(asked).toEqual([]);
    opened.socket.destroy();
  });

  test("starts TLS later; what was slipped in before is thrown away", async () => {
    const { cert, key } = await makeCertificate();
    const { port } = await serveTcp((raw) => {
      raw.write("220 hello\r\n");
      raw.once("data", () => {
        raw.write("220 go ahead\r\n250 injected\r\n", () => {
          const safe = new tls.TLSSocket(raw, { isServer: true, cert, key });
          safe.on("error", () => undefined);
          safe.write("250 over TLS\r\n");
        });
      });
    });
    const opened = await transport({ tls: { serverCert: cert } }).socket(
      { host: "127.0.0.1", port, tls: false },
      never,
    );
    await firstData(opened.socket);
    opened.socket.pause();
    opened.socket.write("STARTTLS\r\n");
    await new Promise((resolve) => opened.socket.once("readable", resolve));
    expect(String(opened.socket.read())).toContain("220 go ahead");
    opened.socket.unshift(Buffer.from("250 injected\r\n"));
    const safe = await opened.upgrade();
    expect(await firstData(safe)).toBe("250 over TLS\r\n");
    safe.destroy();
  });

  test("is not opened for a caller who left", async () => {
    const { port, sockets } = await serveTcp(() => undefined);
    const opening = transport().socket({ host: "127.0.0.1", port, tls: false }, AbortSignal.abort());
    await expect(opening).rejects.toMatchObject({ causeCode: "CANCELLED" });
    expect(sockets.size).toBe(0);
  });
});
