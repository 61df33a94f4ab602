import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeLocalTls } from "../connectors/microsoft-exchange/sandbox/tls.ts";
import { commandOf, copiedPaths, imageEnvironment, readDockerfile } from "./container/dockerfile.ts";
import { reachableFrom } from "./container/reachable.ts";

const root = path.resolve(import.meta.dirname, "..");
const readRoot = (name: string): string => readFileSync(path.join(root, name), "utf8");

interface Package {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(readRoot("package.json")) as Package;
const production = { ...manifest.dependencies, ...manifest.optionalDependencies };
const service = reachableFrom("src/main.ts");
const sandbox = reachableFrom("connectors/microsoft-exchange/sandbox/main.ts");

describe("the image", () => {
  it("is made from the official slim image of Node.js 26, and runs as a user without rights", () => {
    const instructions = readDockerfile().map(({ name, rest }) => `${name} ${rest}`);
    expect(instructions[0]).toMatch(/^FROM node:26[\d.]*(-\w+)?-slim$/);
    expect(instructions).toContain("USER node");
    expect(instructions.indexOf("USER node")).toBeLessThan(instructions.indexOf("VOLUME /data"));
    expect(instructions).toContainEqual(expect.stringMatching(/^RUN npm ci --omit=dev /));
    expect(commandOf("CMD")).toEqual(manifest.scripts["start"]?.split(" "));
    expect(imageEnvironment()).toEqual({ NODE_ENV: "production", HOST: "0.0.0.0", PORT: "3000", DATA_DIR: "/data" });
  });

  it("is given exactly what is copied", () => {
    const [all, ...given] = readRoot(".dockerignore").trim().split("\n");
    expect(all).toBe("*");
    expect(given.map((line) => line.slice(1)).toSorted()).toEqual(copiedPaths().toSorted());
  });

  it("has every file that the service and the sandbox load", () => {
    expect(service.files.size).toBeGreaterThan(200);
    expect([...service.files]).toContain("src/net/auth/kerberos/process.ts");
    expect([...service.files]).toContain("package.json");
    const isCopied = (file: string): boolean =>
      copiedPaths().some((copied) => file === copied || file.startsWith(`${copied}/`));
    expect([...service.files, ...sandbox.files].filter((file) => !isCopied(file))).toEqual([]);
  });

  it("has every package that the service and the sandbox load", () => {
    expect([...service.packages]).toEqual(expect.arrayContaining(["fastify", "undici", "@azure/msal-node"]));
    expect([...service.packages, ...sandbox.packages].filter((name) => !(name in production))).toEqual([]);
    // Loaded by name, as the machine has them or not.
    expect([...service.indirect, ...sandbox.indirect]).toEqual(["src/net/auth/kerberos/optional-package.ts"]);
    const texts = [...service.files].filter((file) => file.endsWith(".ts")).map(readRoot);
    for (const name of Object.keys(manifest.optionalDependencies))
      expect(
        texts.some((text) => text.includes(`"${name}"`)),
        name,
      ).toBe(true);
  });

  it("has no package that neither of them loads", () => {
    const loaded = new Set([...service.packages, ...sandbox.packages]);
    expect(Object.keys(manifest.dependencies).filter((name) => !loaded.has(name))).toEqual([]);
  });
});

describe("the service in the image", () => {
  let app = "";
  let running: ChildProcess | undefined;
  beforeAll(() => {
    app = mkdtempSync(path.join(tmpdir(), "image-test-"));
    for (const copied of copiedPaths()) cpSync(path.join(root, copied), path.join(app, copied), { recursive: true });
    for (const name of Object.keys(production)) linkPackage(name);
  });
  afterAll(async () => {
    await stop();
    rmSync(app, { recursive: true, force: true });
  });

  /** The packages that `npm ci --omit=dev` leaves are those of the project; the others cannot be found from the copy. */
  function linkPackage(name: string): void {
    const place = path.join(app, "node_modules", name);
    mkdirSync(path.dirname(place), { recursive: true });
    symlinkSync(path.join(root, "node_modules", name), place);
  }

  async function stop(): Promise<void> {
    if (running === undefined || running.exitCode !== null) return;
    running.kill("SIGTERM");
    await once(running, "exit");
  }

  async function start(environment: Readonly<Record<string, string>>): Promise<string> {
    const [, ...parameters] = commandOf("CMD");
    const data = path.join(app, "data");
    const env = { PATH: process.env["PATH"], ...imageEnvironment(), PORT: "0", DATA_DIR: data, ...environment };
    const started = spawn(process.execPath, parameters, { cwd: app, env, stdio: ["ignore", "pipe", "pipe"] });
    running = started;
    let errors = "";
    started.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    for await (const line of createInterface({ input: started.stdout })) {
      const [, url] = /^listening on (\S+)/.exec(line) ?? [];
      if (url !== undefined) return url;
    }
    throw new Error(errors);
  }

  function checkHealth(environment: Readonly<Record<string, string>>): Promise<number> {
    const [, ...parameters] = commandOf("HEALTHCHECK");
    const env = { PATH: process.env["PATH"], ...imageEnvironment(), ...environment };
    return new Promise((resolve) => {
      const check = execFile(process.execPath, parameters, { cwd: app, env });
      check.once("exit", (code) => resolve(code ?? -1));
    });
  }

  it("refuses to listen on all addresses when nobody ends TLS", async () => {
    await expect(start({})).rejects.toThrow("HOST: elsewhere than loopback it needs");
  });

  it("starts behind a proxy from the copied files and production packages alone, and is healthy", async () => {
    const url = await start({ BEHIND_TLS_PROXY: "true" });
    const { port } = new URL(url);
    const pages = ["livez", "readyz", "openapi.json", "docs"];
    const answers = await Promise.all(pages.map((page) => fetch(`http://127.0.0.1:${port}/${page}`)));
    expect(answers.map(({ status }) => status)).toEqual(pages.map(() => 200));
    expect(await checkHealth({ PORT: port })).toBe(0);
    await stop();
    expect(await checkHealth({ PORT: port })).toBe(1);
  });

  it("is healthy with a certificate of its own, whatever name that has", async () => {
    const certificate = path.join(app, "tls.pem");
    const { key, cert } = await makeLocalTls();
    writeFileSync(certificate, `${key}\n${cert}\n`, { mode: 0o600 });
    const tls = { TLS_CERT_FILE: certificate, TLS_KEY_FILE: certificate };
    const { port, protocol } = new URL(await start(tls));
    expect(protocol).toBe("https:");
    expect(await checkHealth({ ...tls, PORT: port })).toBe(0);
    await stop();
    expect(await checkHealth({ ...tls, PORT: port })).toBe(1);
  });
});
