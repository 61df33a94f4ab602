import { readFileSync } from "node:fs";

const root = new URL("../../", import.meta.url);

/** The instructions of the Dockerfile, continued lines joined, comments left out. */
export function readDockerfile(): readonly { readonly name: string; readonly rest: string }[] {
  const text = readFileSync(new URL("Dockerfile", root), "utf8").replaceAll(/^#.*\n/gm, "");
  return [...text.replaceAll(/\\\n\s*/g, "").matchAll(/^([A-Z]+) (.+)$/gm)].map(([, name = "", rest = ""]) => ({
    name,
    rest,
  }));
}

/** What COPY brings into the image, as paths from the root of the project; each keeps its place. */
export function copiedPaths(): readonly string[] {
  return readDockerfile()
    .filter(({ name }) => name === "COPY")
    .flatMap(({ rest }) => {
      const parts = rest.split(" ");
      const target = parts.pop();
      const isInPlace = target === "./" || (parts.length === 1 && target === `./${parts[0]}`);
      if (!isInPlace) throw new Error(`COPY ${rest} puts files elsewhere`);
      return parts;
    });
}

/** The values that ENV sets. */
export function imageEnvironment(): Readonly<Record<string, string>> {
  const set = readDockerfile().filter(({ name }) => name === "ENV");
  return Object.fromEntries(
    set.flatMap(({ rest }) => [...rest.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value])),
  );
}

/** The command of an instruction in its JSON form: CMD, or the one of HEALTHCHECK. */
export function commandOf(instruction: "CMD" | "HEALTHCHECK"): readonly string[] {
  const found = readDockerfile().find(({ name }) => name === instruction);
  return JSON.parse(found?.rest.slice(found.rest.indexOf("[")) ?? "[]") as readonly string[];
}
