import { systemClock } from "../../src/runtime/clock.ts";
import { openStore } from "../../src/store/open.ts";
import { keptLog } from "../unit/runtime/fixtures.ts";

/** Writes until it is killed: each transaction adds a row and raises a counter, and is told only once it is committed. */
const [dataDir = "", round = ""] = process.argv.slice(2);
const writers = 8;

const startedAt = performance.now();
const store = await openStore({ address: "file:", dataDir, clock: systemClock, log: keptLog() });
process.stdout.write(`open ${Math.round(performance.now() - startedAt)}\n`);

async function write(writer: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const id = `${round}.${writer}.${n}`;
    await store.transaction(
      async ({ audit, meta }) => {
        await audit.append({ id, at: n, actor: "w", action: "a", target: "t", outcome: "succeeded", requestId: "r" });
        await meta.write("counter", String(Number((await meta.read("counter")) ?? 0) + 1));
      },
      ["connections"],
    );
    process.stdout.write(`done ${id}\n`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
