import type { ChildProcess } from "node:child_process";
import net from "node:net";

const tries = 200;
const pauseMs = 50;

/** Waits until something accepts connections on the port; throws once a process that should is gone, or takes too long. */
export async function untilListening(port: number, children: readonly ChildProcess[]): Promise<void> {
  for (let attempt = 0; attempt < tries && children.every(({ exitCode }) => exitCode === null); attempt += 1) {
    if (await accepts(port)) return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  for (const child of children) child.kill();
  throw new Error(`nothing listens on port ${port}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}
