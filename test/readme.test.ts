import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Block, blocksOf } from "./readme/blocks.ts";
import { expectations } from "./readme/expectations.ts";
import { openTerminal, type Terminal } from "./readme/terminal.ts";

const root = path.resolve(import.meta.dirname, "..");
const readme = readFileSync(path.join(root, "README.md"), "utf8");
const blocks = blocksOf(readme);
const bash = blocks.filter(({ language }) => language === "bash");
const limitMs = 120_000;

const textOf = ({ text }: Block): string => text;
const isInstall = ({ text }: Block): boolean => text.startsWith("npm ci");
const only = (what: string, matches: (block: Block) => boolean): Block => {
  const [found, ...more] = bash.filter(matches);
  if (found === undefined || more.length > 0) throw new Error(`the README has not one block that ${what}`);
  return found;
};
const variables = only("sets the variables", ({ text }) => text.startsWith("export PORT="));
const sandbox = only("starts the sandbox", ({ text }) => text.includes("sandbox -- "));
const service = only("starts the service", (block) => !isInstall(block) && block.text.endsWith("npm start\n"));
const client = bash.filter((block) => !isInstall(block) && ![variables, sandbox, service].includes(block));

const listening = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject).listen(port, "127.0.0.1", () => resolve(server));
  });
const portOf = (server: Server): number => (server.address() as { readonly port: number }).port;
const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

/** A port that is free and has a free one after it. */
async function freePair(): Promise<number> {
  for (;;) {
    const first = await listening(0);
    const port = portOf(first);
    const second = await listening(port + 1).catch(() => undefined);
    await Promise.all([closed(first), second === undefined ? undefined : closed(second)]);
    if (second !== undefined) return port;
  }
}

/** The README's own block of variables with other values: ports and a path, nothing else. */
function withValues(values: Readonly<Record<string, string>>): string {
  const names = [...variables.text.matchAll(/^export (\w+)=/gm)].map(([, name]) => name);
  expect(names.toSorted()).toEqual(Object.keys(values).toSorted());
  return variables.text.replaceAll(/^export (\w+)=\S+/gm, (_, name: string) => `export ${name}=${values[name]}`);
}

describe("the README", () => {
  let folder = "";
  let setUp = "";
  let port = 0;
  const terminals: Terminal[] = [];
  const open = (script: string): Terminal => {
    const terminal = openTerminal(`${setUp}\n${script}`, root);
    terminals.push(terminal);
    return terminal;
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "readme-test-"));
    port = await freePair();
    const sandboxPort = await freePair();
    setUp = withValues({ PORT: String(port), SANDBOX_PORT: String(sandboxPort), DATA_DIR: path.join(folder, "data") });
  });
  afterAll(async () => {
    await Promise.all(terminals.map((terminal) => terminal.stop()));
    await rm(folder, { recursive: true, force: true });
  });

  it("names npm scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { scripts: object };
    const named = [...readme.matchAll(/npm (?:run )?(?:--silent )?(start|test|(?<=run )[\w:]+|(?<=--silent )[\w:]+)/g)];
    expect(named.length).toBeGreaterThan(5);
    for (const [, name] of named) expect(Object.keys(scripts)).toContain(name);
    expect(bash.filter(isInstall).map(textOf)).toEqual(["npm ci && npm run demo\n", "npm ci && npm start\n"]);
  });

  it("links to files that exist", () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, target]) => target ?? "");
    expect(links.length).toBeGreaterThan(4);
    for (const link of links) expect(existsSync(path.join(root, link)), link).toBe(true);
  });

  it("has no commands that are not run here, but those of the container", () => {
    const others = blocks.filter(({ language }) => language !== "bash" && language !== "");
    expect(others.map(({ place }) => place)).toEqual(["In a container"]);
    for (const line of others.flatMap((block) => block.text.trim().split("\n"))) expect(line).toMatch(/^docker /);
  });

  it("works as printed", { timeout: limitMs }, async () => {
    const first = open(sandbox.text);
    const waiting = { timeout: 60_000, interval: 100 };
    await vi.waitFor(async () => JSON.parse(await readFile(path.join(folder, "data/sandbox.json"), "utf8")), waiting);
    const second = open(service.text);
    await vi
      .waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200), waiting)
      .catch(() => expect.unreachable(`not ready:\n${first.output()}\n${second.output()}`));
    expect(second.output()).toContain(`listening on http://127.0.0.1:${port}\n`);

    const script = client.map((block, at) => `${block.text}printf '\\n<<%s %s>>\\n' ${at} $?`).join("\n");
    const third = open(`set -uo pipefail\n${script}`);
    expect(await third.ended).toBe(0);
    const parts = third.output().split(/^<<(\d+) (\d+)>>\n/m);
    const answers = client.map(({ place }, at) => {
      expect(parts[at * 3 + 2], `${place}:\n${parts[at * 3]}`).toBe("0");
      return { place, lines: linesOf(parts[at * 3] ?? "") };
    });
    const expected = Object.entries(expectations).map(([place, lines]) => ({ place, lines }));
    expect(answers.filter(({ lines }) => lines.length > 0)).toEqual(expected);
    const repeated = answers.find(({ place }) => place === "Create, update, delete 2")?.lines ?? [];
    expect(repeated[2], "the same Idempotency-Key, so the same answer").toEqual(repeated[1]);
  });
});

function linesOf(output: string): readonly unknown[] {
  const lines = output.split(/\r?\n/).filter((line) => line !== "");
  return lines.map((line) => (line.startsWith("{") ? (JSON.parse(line) as unknown) : line));
}
