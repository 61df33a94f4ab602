import { tmpdir } from "node:os";
import path from "node:path";
import { defineConfig } from "vitest/config";
import { recordsVariable } from "./coverage/record.ts";

/** Where the workers of this run write what its tests executed. */
const folder = path.join(tmpdir(), `executed-${process.pid}`);

export default defineConfig({
  root: new URL("..", import.meta.url).pathname,
  test: {
    reporters: ["default", "./test/skipped-suites-reporter.ts", ["./test/coverage/reporter.ts", { folder }]],
    env: { [recordsVariable]: folder },
    projects: [
      {
        extends: true,
        test: {
          name: "default",
          include: ["test/**/*.test.ts"],
          exclude: ["test/peers/**", "node_modules/**"],
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: "peers",
          include: ["test/peers/**/*.peers.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
