import type { Item } from "../../mailboxes/index.ts";

/** The address of an item in Outlook on the web. */
export function webLink(item: Item, model: string): string {
  return `https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(item.id)}&exvsurl=1&viewmodel=${model}`;
}
