/** One message of the fake mailbox. */
export interface FakeItem {
  readonly id: string;
  readonly changeKey: string;
  readonly subject: string;
  readonly at: string;
  readonly size: number;
  readonly senderName: string;
  readonly senderAddress: string;
  readonly messageId: string;
  readonly conversationId: string;
  readonly isRead: boolean;
  readonly body: string;
}

const words =
  "invoice quarterly delivery warehouse contract meeting schedule report customer order change request " +
  "Überweisung Straße naïve résumé договор счёт <draft> R&D \"final\" 'urgent' 😀 tomorrow please confirm the of and";
const vocabulary = words.split(" ");

/** Words that vary with the seed, always the same for the same seed. */
function text(seed: number, length: number): string {
  let state = (seed * 2_654_435_761) >>> 0;
  let made = "";
  while (made.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    made += `${vocabulary[state % vocabulary.length]}${state % 29 === 0 ? "\n" : " "}`;
  }
  return made.trim();
}

const hex = (seed: number, length: number): string => {
  let made = "";
  for (let at = 0; made.length < length; at += 1)
    made += (Math.imul(seed + 1, 2_654_435_761 + at * 97) >>> 0).toString(16).padStart(8, "0");
  return made.slice(0, length);
};

/** The item of this place, always the same; its body has about 4 KB. */
export function fakeItem(index: number): FakeItem {
  return {
    id: `AAMkAD${hex(index, 118)}${String(index).padStart(8, "0")}AAA=`,
    changeKey: `CQAAABYAAAB${hex(index + 7, 24)}`,
    subject: `${index} ${text(index, 40)}`,
    at: new Date(Date.UTC(2026, 0, 1) + index * 61_000).toISOString().replace(".000Z", "Z"),
    size: 4000 + (index % 5000),
    senderName: `Sender ${index % 97} Ünal & Söhne`,
    senderAddress: `sender${index % 97}@fake.example`,
    messageId: `<${hex(index + 3, 32)}@fake.example>`,
    conversationId: `AAQkAD${hex(index % 1000, 60)}AQA=`,
    isRead: index % 3 !== 0,
    body: text(index + 500_000, 4000),
  };
}
