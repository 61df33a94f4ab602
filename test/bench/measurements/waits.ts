import { request } from "undici";
import { agent, stream } from "../calls.ts";
import { ewsColumns } from "../columns.ts";
import type { BenchContext } from "../context.ts";
import { findMarkup } from "../readers/ews-requests.ts";
import { type Result, ratioResult, shown } from "../result.ts";
import { startReader } from "../stand.ts";
import { interleaved, ratios, spread } from "../statistics.ts";
import { ewsBodiesQuery, ewsListQuery } from "./streams.ts";

const bodies = 3000;
const list = 10_000;
const answerDelayMs = 30;
const pageDelayMs = 100;
/** What a connection keeps in flight for one mailbox. */
const concurrency = 4;

const wallOf = (all: readonly { readonly wallMs: number }[]): number[] => all.map(({ wallMs }) => wallMs);

/** With answers that take 30 ms: the service against one request after the other. */
export async function delayed({ fake, service, rounds, folder, progress }: BenchContext): Promise<readonly Result[]> {
  const reader = startReader(fake, folder);
  const set = (items: number) => fake.set({ items, delayMs: answerDelayMs, concurrency });
  try {
    let peaks = { peakInFlight: 0, peakFindRows: 0, refused: 0 };
    const own = async (items: number, body: object) => {
      await set(items);
      const measured = await stream(service, "ews", body);
      const { peakInFlight, peakFindRows, refused } = await fake.stats();
      peaks = {
        peakInFlight: Math.max(peaks.peakInFlight, peakInFlight),
        peakFindRows: Math.max(peaks.peakFindRows, peakFindRows),
        refused: peaks.refused + refused,
      };
      return measured;
    };
    const measured = await interleaved(Math.min(rounds, 3), {
      bodies: (round) => {
        progress(`30 ms an answer, round ${round}`);
        return own(bodies, ewsBodiesQuery);
      },
      oneByOne: () => reader.run({ job: "ewsBodies", count: bodies, check: false }),
      list: () => own(list, ewsListQuery),
      pages: () => reader.run({ job: "ewsList", count: list, check: false }),
    });
    const wall = (name: keyof typeof measured): string => `${shown(spread(wallOf(measured[name])).median)} ms`;
    return [
      ratioResult(
        `30 ms an answer, ${bodies} bodies: wall against batches one by one`,
        `${wall("bodies")}, one by one ${wall("oneByOne")}`,
        ratios(wallOf(measured.bodies), wallOf(measured.oneByOne)),
        { id: "G10", atMost: 0.5 },
      ),
      ratioResult(
        `30 ms an answer, ${list} listed: wall against pages one by one`,
        `${wall("list")}, one by one ${wall("pages")}`,
        ratios(wallOf(measured.list), wallOf(measured.pages)),
        { id: "G10", atMost: 0.8 },
      ),
      {
        what: `30 ms an answer: most requests in flight, rows of FindItem in flight, refused`,
        figure: `${peaks.peakInFlight}, ${peaks.peakFindRows}, ${peaks.refused}`,
        goal: {
          id: "G10",
          text: `<= ${concurrency}, <= 1000, 0`,
          isMet: peaks.peakInFlight <= concurrency && peaks.peakFindRows <= 1000 && peaks.refused === 0,
        },
      },
    ];
  } finally {
    await reader.stop();
  }
}

/** When the first row is out, with pages that take their time. */
export async function firstByte({ fake, service, rounds }: BenchContext): Promise<readonly Result[]> {
  await fake.set({ items: list, delayMs: pageDelayMs, concurrency: 0 });
  const page = async (): Promise<number> => {
    const start = performance.now();
    const headers = { authorization: `Basic ${btoa("alice@fake.example:x")}`, "content-type": "text/xml" };
    const body = findMarkup(ewsColumns, 0, 1000);
    const answer = await request(`${fake.url}/EWS/Exchange.asmx`, {
      method: "POST",
      headers,
      body,
      dispatcher: agent,
    });
    await answer.body.arrayBuffer();
    return performance.now() - start;
  };
  const measured = await interleaved(rounds, {
    service: async () => (await stream(service, "ews", { ...ewsListQuery, limit: 3000 })).firstRowMs,
    page,
  });
  return [
    ratioResult(
      `First row of an EWS list, ${pageDelayMs} ms a page: against one page downloaded`,
      `${shown(spread(measured.service).median)} ms, page ${shown(spread(measured.page).median)} ms`,
      ratios(measured.service, measured.page),
      { id: "G9", atMost: 1.3 },
    ),
  ];
}
