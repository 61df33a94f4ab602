/**
 * Characters whose simple case folding (CaseFolding.txt, status C and S, Unicode 17) is not what toLowerCase() gives.
 * U+0130 has no simple folding, U+03A3 is lowercased by its neighbours: both must not reach toLowerCase().
 */
const exceptions: Readonly<Record<string, string>> = {
  "\u00b5": "\u03bc",
  "\u017f": "s",
  "\u0345": "\u03b9",
  "\u03a3": "\u03c3",
  "\u03c2": "\u03c3",
  "\u03d0": "\u03b2",
  "\u03d1": "\u03b8",
  "\u03d5": "\u03c6",
  "\u03d6": "\u03c0",
  "\u03f0": "\u03ba",
  "\u03f1": "\u03c1",
  "\u03f5": "\u03b5",
  "\u1c80": "\u0432",
  "\u1c81": "\u0434",
  "\u1c82": "\u043e",
  "\u1c83": "\u0441",
  "\u1c84": "\u0442",
  "\u1c85": "\u0442",
  "\u1c86": "\u044a",
  "\u1c87": "\u0463",
  "\u1c88": "\ua64b",
  "\u1e9b": "\u1e61",
  "\u1fbe": "\u03b9",
  "\u1fd3": "\u0390",
  "\u1fe3": "\u03b0",
  "\ufb05": "\ufb06",
};
const exceptional =
  /[\u0345\u00b5\u017f\u03a3\u03c2\u03d0\u03d1\u03d5\u03d6\u03f0\u03f1\u03f5\u1c80-\u1c88\u1e9b\u1fbe\u1fd3\u1fe3\ufb05]/;
const allExceptional = new RegExp(exceptional.source, "g");
const dottedCapitalI = "\u0130";

/** Text under Unicode simple case folding: two texts are equal ignoring case when their folded texts are equal. */
export function fold(text: string): string {
  const plain = exceptional.test(text) ? text.replace(allExceptional, (character) => exceptions[character]!) : text;
  if (!plain.includes(dottedCapitalI)) return plain.toLowerCase();
  return plain
    .split(dottedCapitalI)
    .map((part) => part.toLowerCase())
    .join(dottedCapitalI);
}
