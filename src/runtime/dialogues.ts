import type { Clock, Dialogue, DialogueLine } from "#spi";
import type { Configuration } from "./configuration.ts";

/** A recorded line and its time, in milliseconds since the epoch. */
export interface RecordedLine extends DialogueLine {
  readonly at: number;
}

/** What is kept of one connection. */
interface Recording {
  untilMs: number;
  lines: RecordedLine[];
  characters: number;
  dropped: number;
}

export interface DialogueView {
  readonly untilMs: number;
  readonly lines: readonly RecordedLine[];
  /** Older lines that made room for newer ones. */
  readonly dropped: number;
}

/** Bounds of one connection's recording; the oldest lines go first. */
const lineLimit = 2000;
const characterLimit = 256 * 1024;
const lineCharacters = 2000;
/** A recording that ended is kept so long for whoever asked for it. */
const keptMs = 60 * 60_000;
const minuteMs = 60_000;

/** Second net: connectors mask what they know to be secret, this what looks like a token wherever it stands. */
const bearer = /\b(bearer\s+)[\w.~+/=-]{8,}/gi;

/** Conversations of connections with their servers, in the memory of this agent. */
export class Dialogues {
  readonly #clock: Clock;
  readonly #recordings = new Map<string, Recording>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Where a connection's conversation goes; undefined when it is not asked for, or its time is over. */
  of(connectionId: string, configuration: Configuration, changedAt: number): Dialogue | undefined {
    const untilMs = untilOf(configuration, changedAt);
    if (untilMs === undefined || untilMs <= this.#clock.now()) return undefined;
    return { record: (line) => this.#record(connectionId, untilMs, line) };
  }

  /** What is kept of a connection whose configuration asks for its conversation; nothing is kept of any other. */
  read(connectionId: string, configuration: Configuration, changedAt: number): DialogueView | undefined {
    this.#prune();
    const untilMs = untilOf(configuration, changedAt);
    if (untilMs === undefined) {
      this.forget(connectionId);
      return undefined;
    }
    const { lines = [], dropped = 0 } = this.#recordings.get(connectionId) ?? {};
    return { untilMs, lines: [...lines], dropped };
  }

  forget(connectionId: string): void {
    this.#recordings.delete(connectionId);
  }

  #record(connectionId: string, untilMs: number, { direction, text }: DialogueLine): void {
    const at = this.#clock.now();
    if (at >= untilMs) return;
    this.#prune();
    const recording = this.#recordings.get(connectionId) ?? { untilMs, lines: [], characters: 0, dropped: 0 };
    recording.untilMs = Math.max(recording.untilMs, untilMs);
    const line = { at, direction, text: shown(text) };
    recording.lines.push(line);
    recording.characters += line.text.length;
    while (recording.lines.length > lineLimit || recording.characters > characterLimit) {
      recording.characters -= recording.lines.shift()?.text.length ?? 0;
      recording.dropped++;
    }
    this.#recordings.set(connectionId, recording);
  }

  #prune(): void {
    const now = this.#clock.now();
    for (const [id, { untilMs }] of this.#recordings) if (untilMs + keptMs <= now) this.#recordings.delete(id);
  }
}

function untilOf({ definition, config }: Configuration, changedAt: number): number | undefined {
  const minutes = definition.debugMinutes?.(config);
  return minutes === undefined ? undefined : changedAt + minutes * minuteMs;
}

function shown(text: string): string {
  const masked = text.replaceAll(bearer, "$1[secret]");
  return masked.length > lineCharacters ? `${masked.slice(0, lineCharacters)}… (${masked.length} characters)` : masked;
}
