/** One fenced block of a Markdown page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** The heading it stands under, with its number there when there are several: `Query`, `Create connections 2`. */
  readonly place: string;
}

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  const counts = new Map<string, number>();
  let heading = "";
  for (const [, title, language, text] of page.matchAll(/^#+ (.+)$|^```(\w*)\n([\s\S]*?)^```$/gm)) {
    if (title !== undefined) heading = title;
    if (text === undefined) continue;
    const count = (counts.get(`${heading} ${language}`) ?? 0) + 1;
    counts.set(`${heading} ${language}`, count);
    blocks.push({ language: language ?? "", text, place: count === 1 ? heading : `${heading} ${count}` });
  }
  return blocks;
}
