import type { NameAt, ValueAt } from "./query.ts";
import type { ParameterValues } from "./sql-parameters.ts";
import type { Cell, StatementOf } from "./sql-statement.ts";
import { isSymbol, isWord, placeAt, sqlError, type Token } from "./sql-tokens.ts";

/** Tokens in turn, with errors that tell the place. */
class TokenReader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  take(): Token | undefined {
    return this.#tokens[this.#next++];
  }

  takeIf(symbol: string): boolean {
    const isNext = isSymbol(this.peek(), symbol);
    if (isNext) this.#next++;
    return isNext;
  }

  nameAt(token: Token, name: string): NameAt {
    return { name, at: placeAt(this.#text, token.start) };
  }

  wrong(token: Token | undefined, detail: string): never {
    throw sqlError(this.#text, token?.start ?? this.#text.length, detail);
  }
}

/** The parameter tokens of an EXECUTE that stand for values: `@Name =` is the name of an input. */
export function valueParameters(tokens: readonly Token[]): readonly Token[] {
  return tokens.filter(
    (token, index) => token.kind === "parameter" && !(token.value.startsWith("@") && isAssignment(tokens[index + 1])),
  );
}

const isAssignment = (token: Token | undefined): boolean => isSymbol(token, "=") || isSymbol(token, "=>");

/** Reads `EXECUTE Procedure Name = value, @Other = value` (also EXEC and CALL, also in parentheses, also `=>`). */
export function readExecute(
  text: string,
  tokens: readonly Token[],
  parameters: ParameterValues,
): StatementOf<"execute"> {
  const reader = new TokenReader(text, tokens.slice(1));
  const procedure = readProcedure(reader);
  const isEnclosed = reader.takeIf("(");
  const inputs: Cell[] = [];
  const isAtEnd = () => reader.peek() === undefined || isSymbol(reader.peek(), isEnclosed ? ")" : ";");
  while (!isAtEnd()) {
    inputs.push({ name: readInputName(reader), value: readValue(reader, parameters) });
    if (isAtEnd()) break;
    if (!reader.takeIf(",")) reader.wrong(reader.peek(), "A comma or the end of the statement stands here.");
    if (isAtEnd()) reader.wrong(reader.peek(), "An input stands after the comma: Name = value.");
  }
  if (isEnclosed && !reader.takeIf(")")) reader.wrong(reader.peek(), "The list of inputs is never closed.");
  reader.takeIf(";");
  if (reader.peek() !== undefined) reader.wrong(reader.peek(), "One statement only: nothing stands after it.");
  return { kind: "execute", procedure, inputs };
}

const isName = (token: Token | undefined): token is Token => token?.kind === "word" || token?.kind === "quoted";

function readProcedure(reader: TokenReader): NameAt {
  const first = reader.take();
  if (!isName(first)) reader.wrong(first, "The name of a procedure stands here.");
  if (!reader.takeIf(".")) return reader.nameAt(first, first.value);
  const second = reader.take();
  if (!isName(second)) reader.wrong(second, "The name of a procedure stands after its schema.");
  return reader.nameAt(first, `${first.value}.${second.value}`);
}

function readInputName(reader: TokenReader): NameAt {
  const token = reader.take();
  const isParameter = token?.kind === "parameter" && token.value.startsWith("@");
  if (token === undefined || !(isName(token) || isParameter) || !isAssignment(reader.peek())) {
    reader.wrong(token, "Each input is named: Name = value.");
  }
  reader.take();
  return reader.nameAt(token, isParameter ? token.value.slice(1) : token.value);
}

function readValue(reader: TokenReader, parameters: ParameterValues): ValueAt {
  const sign = reader.takeIf("-") ? -1 : 1;
  const token = reader.take();
  if (token === undefined) reader.wrong(token, "A value stands here.");
  const { at } = reader.nameAt(token, "");
  if (token.kind === "number") return { value: sign * Number(token.value), at };
  if (sign === -1) reader.wrong(token, "A number stands after the minus sign.");
  if (token.kind === "string") return { value: token.value, at };
  if (token.kind === "parameter") return parameters.at(token.start);
  if (isWord(token, "TRUE") || isWord(token, "FALSE")) return { value: isWord(token, "TRUE"), at };
  if (isWord(token, "NULL")) return { value: null, at };
  return reader.wrong(token, "A value stands here; text takes 'single quotes'.");
}
