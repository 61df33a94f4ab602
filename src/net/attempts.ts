import { asConnectorError, type CallInfo, type Clock, type ConnectorError, type Log, type Random } from "#spi";
import { Circuit } from "./circuit.ts";
import { failure } from "./failures.ts";
import { decideRetry, type RetryDecision, retryRules } from "./retry.ts";
import {
  decideByPolicy,
  type LastAnswer,
  nothingAnswered,
  noting,
  policyInForce,
  type RetryPolicy,
} from "./retry-policy.ts";
import { RollingCount } from "./rolling-count.ts";
import { Slots } from "./slots.ts";
import { Pause } from "./throttle.ts";

export interface AttemptLimits {
  readonly perMailbox: number;
  readonly perConnection: number;
}

export interface AttemptParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly sharedSlots?: Slots;
  readonly heldUntilMs?: number;
  readonly onPause?: (untilMs: number) => void;
  /** Nothing is waited for or tried again: a connection test tells what is now. */
  readonly once?: boolean;
}

/** Retries per connection stay below a tenth of its calls and ten a minute, so that a failing server is not buried. */
const budget = { windowMs: 60_000, share: 0.1, base: 10 } as const;

/** One call's way through all its tries. */
interface Progress {
  readonly startMs: number;
  tries: number;
  waitedMs: number;
  error: ConnectorError | undefined;
  /** Of the alias the call came by. */
  readonly policy: RetryPolicy | undefined;
  last: LastAnswer;
}

const permanent: RetryDecision = { action: "fail", why: "permanent" };

/** How long a call waits for pauses: as its policy says, when it honours what the server asks. */
const withinMs = ({ policy }: Progress): number =>
  policy?.strategy === "retry-after" ? policy.maxElapsedSeconds * 1000 : retryRules.withinMs;

/** Ends one try: gives the places back and tells the circuit. */
type Leave = (error: ConnectorError | undefined) => void;

/** The one place where upstream calls wait, are counted and are tried again. */
export class Attempts {
  readonly #limits: AttemptLimits;
  readonly #parts: AttemptParts;
  readonly #connection: Slots;
  readonly #mailboxes = new Map<string, Slots>();
  readonly #circuit = new Circuit();
  readonly #pause: Pause;
  readonly #calls = new RollingCount(budget.windowMs);
  readonly #retries = new RollingCount(budget.windowMs);

  constructor(limits: AttemptLimits, parts: AttemptParts) {
    this.#limits = limits;
    this.#parts = parts;
    this.#connection = new Slots(limits.perConnection);
    this.#pause = new Pause(parts.clock, parts.heldUntilMs, parts.onPause ?? (() => undefined));
  }

  heldUntil(): number | undefined {
    return this.#pause.untilMs;
  }

  holdUntil(untilMs: number): void {
    this.#pause.take(untilMs);
  }

  async run<T>(call: CallInfo, send: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock } = this.#parts;
    const policy = policyInForce();
    const counts = { startMs: clock.now(), tries: 0, waitedMs: 0 };
    const progress: Progress = { ...counts, error: undefined, policy, last: nothingAnswered() };
    this.#calls.add(progress.startMs);
    for (;;) {
      const leave = await this.#enter(call, progress, signal);
      progress.tries++;
      let error: ConnectorError | undefined;
      try {
        progress.last = nothingAnswered();
        return await (policy === undefined ? send(signal) : noting(policy, progress.last, () => send(signal)));
      } catch (thrown) {
        error = asConnectorError(thrown);
        progress.error = error;
      } finally {
        leave(error);
      }
      await this.#prepareNext(call, progress, error, signal);
    }
  }

  /** Waits for the pause to end and for free places; a pause that began meanwhile is waited for as well. */
  async #enter(call: CallInfo, progress: Progress, signal: AbortSignal): Promise<Leave> {
    for (;;) {
      await this.#waitPause(progress, signal);
      const giveBack = await this.#takePlaces(call.mailbox, signal);
      if (this.#pause.restMs > 0) {
        giveBack();
        continue;
      }
      const { clock } = this.#parts;
      try {
        const tell = this.#circuit.enter(clock.now());
        return (error) => {
          giveBack();
          tell(clock.now(), error);
        };
      } catch (error) {
        giveBack();
        throw progress.error ?? error;
      }
    }
  }

  async #waitPause(progress: Progress, signal: AbortSignal): Promise<void> {
    const { restMs } = this.#pause;
    if (restMs === 0) return;
    if (progress.waitedMs + restMs > withinMs(progress)) throw this.#busy(progress);
    await this.#sleep(restMs, progress, signal);
    progress.waitedMs += restMs;
  }

  #busy({ error }: Progress): ConnectorError {
    const { restMs: waitMs } = this.#pause;
    return (
      error?.with({ waitMs }) ?? failure("SERVER_BUSY", "The server asked to pause; the pause is not over.", { waitMs })
    );
  }

  /** A wait that the caller's signal ends is answered with what was waited for, and how much of it is left. */
  async #sleep(waitMs: number, progress: Progress, signal: AbortSignal): Promise<void> {
    try {
      await this.#parts.clock.sleep(waitMs, signal);
    } catch (ended) {
      if (!signal.aborted) throw ended;
      throw this.#pause.restMs > 0 || progress.error === undefined ? this.#busy(progress) : progress.error;
    }
  }

  async #prepareNext(call: CallInfo, progress: Progress, error: ConnectorError, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    const nowMs = clock.now();
    if (error.waitMs !== undefined && error.waitMs > 0 && error.retry === "later") this.#pause.ask(error.waitMs);
    const { tries } = progress;
    const decision = signal.aborted ? permanent : this.#decide(call, progress, error, nowMs);
    if (decision.action === "fail") throw error;
    const { operation } = call;
    const { waitMs } = decision;
    log.warn({ operation, code: error.code, cause: error.causeCode, tries, waitMs }, "upstream call will be repeated");
    if (decision.action === "pause") {
      this.#pause.ask(waitMs);
      progress.tries--; // waiting as told is no failed try
      return;
    }
    this.#retries.add(nowMs);
    await this.#sleep(waitMs, progress, signal);
  }

  #decide(
    call: CallInfo,
    { tries, waitedMs, startMs, policy, last }: Progress,
    error: ConnectorError,
    nowMs: number,
  ): RetryDecision {
    const { random, once } = this.#parts;
    if (once === true) return permanent;
    const facts = { error, repeatable: call.repeatable, tries, waitedMs, elapsedMs: nowMs - startMs };
    const byPolicy = policy && decideByPolicy(policy, { ...facts, responseCode: error.remote?.code, last });
    return byPolicy ?? decideRetry({ ...facts, hasBudget: this.#hasBudget(nowMs), jitter: random.fraction() });
  }

  #hasBudget(nowMs: number): boolean {
    return this.#retries.total(nowMs) < budget.base + budget.share * this.#calls.total(nowMs);
  }

  async #takePlaces(mailbox: string, signal: AbortSignal): Promise<() => void> {
    const own = this.#mailboxes.get(mailbox) ?? new Slots(this.#limits.perMailbox);
    this.#mailboxes.set(mailbox, own);
    const { sharedSlots } = this.#parts;
    const all = sharedSlots === undefined ? [own, this.#connection] : [own, this.#connection, sharedSlots];
    const taken: (() => void)[] = [];
    const leave = () => {
      for (const giveBack of taken.splice(0)) giveBack();
      if (own.isIdle) this.#mailboxes.delete(mailbox);
    };
    try {
      for (const slots of all) taken.push(await slots.take(signal));
      return leave;
    } catch (error) {
      leave();
      throw error;
    }
  }
}
