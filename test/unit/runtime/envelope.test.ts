import { createCipheriv } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openBytes, type Place, sealBytes } from "../../../src/runtime/envelope.ts";
import { createVault, type Vault } from "../../../src/runtime/secrets.ts";
import { Secret } from "../../../src/spi/index.ts";
import { realRandom } from "./fixtures.ts";

const key = realRandom.bytes(32);
const place: Place = { table: "secret", id: "connection/1", field: "Password", version: 3 };
const seal = (text: string, at = place) => sealBytes(key, at, Buffer.from(text), realRandom);

describe("sealed values", () => {
  it("open where they were sealed, any text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 60 }),
        (text) => openBytes(key, place, seal(text)).toString() === text,
      ),
      { numRuns: 200 },
    );
  });

  it("never repeat a nonce for the same text", () => {
    expect(new Set(Array.from({ length: 100 }, () => seal("same"))).size).toBe(100);
  });

  it("refuse tags of every length but 16 bytes", () => {
    for (let tagBytes = 4; tagBytes < 16; tagBytes += 1) {
      const [format = "", nonce = "", body = ""] = seal("x").split(".");
      const cut = Buffer.from(body, "base64url")
        .subarray(0, 1 + tagBytes)
        .toString("base64url");
      expect(() => openBytes(key, place, [format, nonce, cut].join("."))).toThrow();
    }
  });

  it("refuse a short tag even when it is right for its length", () => {
    const nonce = Buffer.from(realRandom.bytes(12));
    const encrypting = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: 4 });
    encrypting.setAAD(Buffer.from(JSON.stringify(["1", place.table, place.id, place.field, place.version])));
    const body = Buffer.concat([
      encrypting.update("a longer secret value"),
      encrypting.final(),
      encrypting.getAuthTag(),
    ]);
    expect(() => openBytes(key, place, `1.${nonce.toString("base64url")}.${body.toString("base64url")}`)).toThrow();
  });
});

/** One sealed field of one owner, with the data key it was sealed with. */
interface Cell {
  readonly place: Place;
  readonly sealed: string;
  readonly owner: string;
  readonly text: string;
}

describe("altered or moved ciphertexts", () => {
  const vault = createVault([key], realRandom);
  const dataKeys = new Map(["a", "b", "c"].map((id) => [`connection/${id}`, vault.newDataKey(`connection/${id}`)]));
  const cells: Cell[] = [...dataKeys].flatMap(([owner, dataKey]) =>
    ["Password", "ProxyPassword", "OAuthClientSecret"].flatMap((field) =>
      [1, 2].map((version) => {
        const at: Place = { table: "secret", id: owner, field, version };
        const text = `${owner} ${field} ${version}`;
        return { place: at, owner, text, sealed: vault.seal(dataKey, at, new Secret(text)) };
      }),
    ),
  );
  const open = (using: Vault, owner: string, at: Place, sealed: string): string | undefined => {
    const dataKey = dataKeys.get(owner);
    if (dataKey === undefined) throw new Error("unknown owner");
    try {
      return using.open(dataKey, at, sealed).reveal();
    } catch {
      return undefined;
    }
  };

  it("open nowhere but at home: 5,000 swaps, cuts and flipped bits", () => {
    const cell = fc.constantFrom(...cells);
    const damage = fc.oneof(
      fc.record({ kind: fc.constant("swap" as const), from: cell, to: cell }),
      fc.record({ kind: fc.constant("cut" as const), from: cell, at: fc.nat(200) }),
      fc.record({ kind: fc.constant("flip" as const), from: cell, at: fc.nat(200), bit: fc.nat(7) }),
      fc.record({
        kind: fc.constant("character" as const),
        from: cell,
        at: fc.nat(200),
        to: fc.string({ minLength: 1, maxLength: 1 }),
      }),
    );
    let opened = 0;
    fc.assert(
      fc.property(damage, (done) => {
        const { sealed } = done.from;
        const target = done.kind === "swap" ? done.to : done.from;
        const text = done.kind === "swap" ? sealed : damaged(sealed, done);
        const result = open(vault, target.owner, target.place, text);
        if (target === done.from && text === sealed) {
          opened += 1;
          return result === done.from.text;
        }
        return result === undefined;
      }),
      { numRuns: 5000 },
    );
    expect(opened).toBeGreaterThan(0);
  });

  it("do not open with another owner's data key row, nor under another master key", () => {
    const [first] = cells;
    const other = dataKeys.get("connection/b");
    if (first === undefined || other === undefined) throw new Error("no cells");
    expect(() => vault.open({ ...other, owner: first.owner }, first.place, first.sealed)).toThrow(/cannot be opened/);
    const strange = createVault([realRandom.bytes(32)], realRandom);
    expect(open(strange, first.owner, first.place, first.sealed)).toBeUndefined();
    const keyring = createVault([realRandom.bytes(32), key], realRandom);
    expect(open(keyring, first.owner, first.place, first.sealed)).toBe(first.text);
  });
});

function damaged(
  sealed: string,
  done:
    | { kind: "cut"; at: number }
    | { kind: "flip"; at: number; bit: number }
    | { kind: "character"; at: number; to: string },
): string {
  const at = done.at % sealed.length;
  if (done.kind === "cut") return sealed.slice(0, at);
  if (done.kind === "character") return sealed.slice(0, at) + done.to + sealed.slice(at + 1);
  const [format = "", nonce = "", body = ""] = sealed.split(".");
  const part = done.at % 2 === 0 ? Buffer.from(body, "base64url") : Buffer.from(nonce, "base64url");
  const index = done.at % part.length;
  part[index] = (part[index] ?? 0) ^ (1 << done.bit);
  const text = part.toString("base64url");
  return done.at % 2 === 0 ? [format, nonce, text].join(".") : [format, text, body].join(".");
}
