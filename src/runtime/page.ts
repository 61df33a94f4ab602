import { createHmac, timingSafeEqual } from "node:crypto";
import { invalidRequest, type Value } from "#spi";
import type { Vault } from "./secrets.ts";
import type { Page, PageRequest } from "./use-cases.ts";

/** Page tokens of lists: opaque, signed, bound to the list and its filter. */
export interface ListPaging {
  /**
   * One page. `list` names the list with its filter; `fetch` gets the position of the token and how many to read;
   * `positionOf` says where to go on after an item.
   */
  page<R, V>(
    list: string,
    request: PageRequest,
    fetch: (position: Value | undefined, limit: number) => Promise<readonly R[]>,
    positionOf: (item: R) => Value,
    show: (item: R) => V,
  ): Promise<Page<V>>;
}

const defaultPageSize = 100;
const largestPageSize = 1000;
const signatureBytes = 16;
const shape = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{22})$/;

/** Paging whose tokens all instances with the same master key understand. */
export function createListPaging(vault: Vault): ListPaging {
  let key: Buffer | undefined;
  const sign = (list: string, payload: string): Buffer => {
    key ??= vault.derive("list page tokens");
    return createHmac("sha256", key).update(`${list}\0${payload}`).digest().subarray(0, signatureBytes);
  };
  const encode = (list: string, position: Value): string => {
    const payload = Buffer.from(JSON.stringify(position)).toString("base64url");
    return `${payload}.${sign(list, payload).toString("base64url")}`;
  };
  const decode = (list: string, token: string): Value => {
    const [, payload, signature] = shape.exec(token) ?? [];
    if (payload === undefined || signature === undefined) throw badToken();
    if (!timingSafeEqual(Buffer.from(signature, "base64url"), sign(list, payload))) throw badToken();
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Value;
  };
  return {
    async page(list, request, fetch, positionOf, show) {
      const size = checkedSize(request.pageSize);
      const position = request.pageToken === undefined ? undefined : decode(list, request.pageToken);
      const found = await fetch(position, size + 1);
      const items = found.slice(0, size);
      const last = items.at(-1);
      const shown = items.map(show);
      if (found.length <= size || last === undefined) return { items: shown };
      return { items: shown, nextPageToken: encode(list, positionOf(last)) };
    },
  };
}

function checkedSize(pageSize: number | undefined): number {
  if (pageSize === undefined) return defaultPageSize;
  if (!Number.isInteger(pageSize) || pageSize < 1)
    throw invalidRequest("pageSize must be a whole number from 1 to 1000.");
  return Math.min(pageSize, largestPageSize);
}

const badToken = () => invalidRequest("The page token is not one of this list; start again without it.");
