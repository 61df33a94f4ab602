import { closeSync, openSync, writeSync } from "node:fs";

const packBytes = 64 * 1024;

/** Lines written to a file in packs of bytes: the cheapest way for a program to write rows. */
export class PackedFile {
  readonly #file: number;
  readonly #pack = Buffer.allocUnsafe(packBytes);
  #used = 0;

  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  line(text: string): void {
    // A character takes at most three bytes of UTF-8 for each of its code units.
    if (this.#used + text.length * 3 + 1 > packBytes) this.#flush();
    if (text.length * 3 + 1 > packBytes) {
      writeSync(this.#file, `${text}\n`);
      return;
    }
    this.#used += this.#pack.write(text, this.#used);
    this.#pack[this.#used++] = 10;
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#pack, 0, this.#used);
    this.#used = 0;
  }
}
