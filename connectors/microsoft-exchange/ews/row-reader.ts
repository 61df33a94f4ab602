import type { Row, Value } from "#spi";
import { joinList } from "../mime/list-values.ts";
import { type EwsColumn, fieldOf, type ReadSpec } from "./binding.ts";
import type { ElementReader } from "./element-reader.ts";
import { type CallState, callState } from "./response-messages.ts";
import { converter } from "./values.ts";

/** Key of an item or folder, beside its row. */
export interface RowKey {
  id: string;
  changeKey: string | undefined;
  /** The list read left something out that GetItem has. */
  incomplete: boolean;
  /** Start of a calendar item, where asked for. */
  start: string | undefined;
}

/** An answer that holds rows. */
export interface RowState extends CallState {
  readonly rows: Row[];
  readonly keys: RowKey[];
  /** For each row the response message it came in. */
  readonly messageOf: number[];
  row: Row;
  key: RowKey;
}

const noKey = (): RowKey => ({ id: "", changeKey: undefined, incomplete: false, start: undefined });

export const rowState = (): RowState => ({
  ...callState(),
  rows: [],
  keys: [],
  messageOf: [],
  row: {},
  key: noKey(),
});

export interface RowReaderOptions {
  /** Folders have another id element than items. */
  readonly idElement?: "ItemId" | "FolderId";
  /** Also keep each item's start beside its row. */
  readonly withStart?: boolean;
}

/** Column readers compiled for one set of columns: elements of an answer go straight into rows. */
export class RowReader {
  readonly #columns: readonly EwsColumn[];
  readonly #template: Row;
  readonly #options: RowReaderOptions;

  constructor(columns: readonly EwsColumn[], options: RowReaderOptions = {}) {
    this.#columns = columns;
    this.#options = options;
    const template: Row = {};
    for (const column of columns) template[column.name] = null;
    this.#template = template;
  }

  /** Attaches to the reader of an item's element, whatever its kind. */
  attach<S extends RowState>(item: ElementReader<S>): void {
    const template = this.#template;
    item.onOpen((state) => {
      state.row = { ...template };
      state.key = noKey();
      state.rows.push(state.row);
      state.keys.push(state.key);
      state.messageOf.push(state.messages.length - 1);
    });
    item.child(this.#options.idElement ?? "ItemId").onOpen((state, attributes) => {
      state.key.id = attributes["Id"] ?? "";
      state.key.changeKey = attributes["ChangeKey"];
    });
    if (this.#options.withStart === true) {
      const convert = converter("datetime");
      item.child("Start").onText((state, text) => {
        state.key.start = String(convert(text));
      });
    }
    for (const column of this.#columns) attachColumn(item, column);
    this.#attachCompleteness(item);
  }

  #attachCompleteness<S extends RowState>(item: ElementReader<S>): void {
    for (const column of this.#columns) {
      const beside = fieldOf(column).listMayOmit?.beside;
      if (beside === undefined) continue;
      const { name } = column;
      item.at(beside).onClose((state) => {
        const value = state.row[name];
        if (value === null || isLegacyAddress(value)) state.key.incomplete = true;
      });
    }
  }
}

/** List reads of Exchange give directory names of the X.500 kind where GetItem gives the SMTP address. */
const isLegacyAddress = (value: Value | undefined): boolean => typeof value === "string" && /^\/o=/i.test(value);

type Put = (state: RowState, value: Value) => void;

function attachColumn<S extends RowState>(item: ElementReader<S>, column: EwsColumn): void {
  const { name } = column;
  const put: Put = (state, value) => {
    state.row[name] = value;
  };
  attachSpec(item, fieldOf(column).read, put);
}

function attachSpec<S extends RowState>(item: ElementReader<S>, spec: ReadSpec, put: Put): void {
  switch (spec.from) {
    case "text":
      attachText(item, spec, put);
      return;
    case "attribute":
      item.at(spec.at).onOpen((state, attributes) => put(state, attributes[spec.attribute] ?? null));
      return;
    case "entry":
      attachEntry(item, spec, put);
      return;
    case "nth":
      attachNth(item, spec, put);
      return;
    case "list":
      attachList(item, spec, put);
      return;
    case "objects":
      attachObjects(item, spec, put);
      return;
    case "choice":
      for (const choice of spec.names)
        item
          .at(spec.at)
          .child(choice)
          .onOpen((state) => put(state, choice));
      return;
    case "below-choice": {
      const convert = converter(spec.as);
      for (const choice of spec.names) {
        item.at([...spec.at, choice, spec.leaf]).onText((state, text) => put(state, convert(text)));
      }
      return;
    }
    case "headers":
      attachHeaders(item, put);
  }
}

// FindItem gives no more than the first 255 characters of a text: one of just that length may have been cut.
const listTextLimit = 255;

function attachText<S extends RowState>(item: ElementReader<S>, spec: ReadSpec & { from: "text" }, put: Put): void {
  if (spec.as === "text") {
    item.at(spec.at).onText((state, text) => {
      if (text.length === listTextLimit) state.key.incomplete = true;
      put(state, text);
    });
    return;
  }
  const convert = converter(spec.as);
  item.at(spec.at).onText((state, text) => put(state, convert(text)));
}

function attachEntry<S extends RowState>(item: ElementReader<S>, spec: ReadSpec & { from: "entry" }, put: Put): void {
  const entry = item.at(spec.at).child("Entry");
  let matches = false;
  entry.onOpen((_, attributes) => {
    matches = attributes["Key"] === spec.key;
  });
  const target = spec.below === undefined ? entry : entry.child(spec.below);
  target.onText((state, text) => {
    if (matches) put(state, text);
  });
}

function attachNth<S extends RowState>(item: ElementReader<S>, spec: ReadSpec & { from: "nth" }, put: Put): void {
  const leafName = spec.at[spec.at.length - 1] as string;
  const parent = item.at(spec.at.slice(0, -1));
  let count = 0;
  parent.onOpen(() => {
    count = 0;
  });
  parent.child(leafName).onText((state, text) => {
    if (++count === spec.nth) put(state, text);
  });
}

/** Values keep their places: a group without the leaf gives an empty one. */
function attachList<S extends RowState>(item: ElementReader<S>, spec: ReadSpec & { from: "list" }, put: Put): void {
  const groupName = spec.group[spec.group.length - 1] as string;
  const parent = item.at(spec.group.slice(0, -1));
  const group = groupName === "*" ? parent.any() : parent.child(groupName);
  let values: string[] = [];
  let value = "";
  parent
    .onOpen(() => {
      values = [];
    })
    .onClose((state) => put(state, joinList(values)));
  group.onOpen(() => {
    value = "";
  });
  const leaf = group.at(spec.leaf);
  if (spec.attribute === undefined) {
    leaf.onText((_, text) => {
      value = text;
    });
  } else {
    const { attribute } = spec;
    leaf.onOpen((_, attributes) => {
      value = attributes[attribute] ?? "";
    });
  }
  group.onClose(() => {
    values.push(value);
  });
}

function attachObjects<S extends RowState>(
  item: ElementReader<S>,
  spec: ReadSpec & { from: "objects" },
  put: Put,
): void {
  const groupName = spec.group[spec.group.length - 1] as string;
  const parent = item.at(spec.group.slice(0, -1));
  const group = groupName === "*" ? parent.any() : parent.child(groupName);
  let objects: Record<string, Value>[] = [];
  let object: Record<string, Value> = {};
  parent
    .onOpen(() => {
      objects = [];
    })
    .onClose((state) => put(state, objects));
  const empty: Record<string, Value> = Object.fromEntries(Object.keys(spec.members).map((member) => [member, null]));
  group.onOpen(() => {
    object = { ...empty };
    objects.push(object);
  });
  for (const [member, { path, attribute, as }] of Object.entries(spec.members)) {
    const convert = converter(as);
    if (attribute === undefined) {
      group.at(path).onText((_, text) => {
        object[member] = convert(text);
      });
    } else {
      group.at(path).onOpen((_, attributes) => {
        object[member] = attributes[attribute] ?? null;
      });
    }
  }
}

function attachHeaders<S extends RowState>(item: ElementReader<S>, put: Put): void {
  const parent = item.child("InternetMessageHeaders");
  let lines: string[] = [];
  let name = "";
  parent
    .onOpen(() => {
      lines = [];
    })
    .onClose((state) => put(state, lines.join("\r\n")));
  parent
    .child("InternetMessageHeader")
    .onOpen((_, attributes) => {
      name = attributes["HeaderName"] ?? "";
    })
    .onText((_, text) => {
      lines.push(`${name}: ${text}`);
    });
}
