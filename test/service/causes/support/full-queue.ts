import net, { type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { onTestFinished } from "vitest";

/** Listens and then stands still for good, so that nobody accepts what connects. */
const program = `
  const { parentPort } = require("node:worker_threads");
  const server = require("node:net").createServer();
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

/** A port of loopback whose queue is full: Linux drops further connection requests, as a firewall does. */
export async function fullQueue(): Promise<{ readonly port: number }> {
  const worker = new Worker(program, { eval: true });
  const port = await new Promise<number>((resolve) => worker.once("message", resolve));
  const fillers: Socket[] = [];
  onTestFinished(async () => {
    for (const socket of fillers) socket.destroy();
    await worker.terminate();
  });
  while (await fits(port, fillers)) if (fillers.length > 10) throw new Error("the queue takes everything");
  return { port };
}

/** One more connection into the queue; false when it gets no answer in a moment. */
function fits(port: number, fillers: Socket[]): Promise<boolean> {
  const socket = net.connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  fillers.push(socket);
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true));
    setTimeout(() => resolve(false), 1000);
  });
}
