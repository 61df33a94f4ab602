import { ewsMarkup, succeeded } from "./ews-markup.ts";
import { graphJson } from "./graph-json.ts";
import { fakeItem } from "./items.ts";

export const kinds = ["ewsListed", "ewsId", "ewsGot", "graphListed", "graphWhole"] as const;
export type Kind = (typeof kinds)[number];

const writers: Readonly<Record<Kind, (item: ReturnType<typeof fakeItem>) => string>> = {
  ewsListed: ewsMarkup.listed,
  ewsId: ewsMarkup.id,
  ewsGot: (item) => succeeded("GetItem", `<m:Items>${ewsMarkup.whole(item)}</m:Items>`),
  graphListed: (item) => graphJson(item, false),
  graphWhole: (item) => graphJson(item, true),
};

/** The bytes of every item in every form, made once. A mailbox of more items repeats these. */
export class FakeMailbox {
  readonly size: number;
  readonly #bytes: Readonly<Record<Kind, readonly Buffer[]>>;
  readonly #places = new Map<string, number>();

  constructor(size: number) {
    this.size = size;
    const items = Array.from({ length: size }, (_, index) => fakeItem(index));
    items.forEach(({ id }, index) => {
      this.#places.set(id, index);
    });
    const made = (kind: Kind): Buffer[] => items.map((item) => Buffer.from(writers[kind](item)));
    this.#bytes = {
      ewsListed: made("ewsListed"),
      ewsId: made("ewsId"),
      ewsGot: made("ewsGot"),
      graphListed: made("graphListed"),
      graphWhole: made("graphWhole"),
    };
  }

  /** The bytes of some items in a row. */
  span(kind: Kind, offset: number, count: number): readonly Buffer[] {
    const all = this.#bytes[kind];
    return Array.from({ length: count }, (_, at) => all[(offset + at) % this.size] as Buffer);
  }

  /** The bytes of the item with this id. */
  byId(kind: Kind, id: string): Buffer | undefined {
    return this.#bytes[kind][this.#places.get(id) ?? -1];
  }
}
