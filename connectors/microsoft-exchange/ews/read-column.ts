import type { Value } from "#spi";
import { joinList } from "../mime/list-values.ts";
import { type EwsColumn, fieldOf, type ReadSpec } from "./binding.ts";
import type { ElementReader } from "./element-reader.ts";
import { flatText } from "./flat-text.ts";
import type { RowState } from "./row-state.ts";
import { converter } from "./values.ts";

type Put = (state: RowState, value: Value) => void;

/** Makes the reader of an item put one column into its row. */
export function attachColumn<S extends RowState>(item: ElementReader<S>, column: EwsColumn): void {
  const { name } = column;
  const put: Put = (state, value) => {
    state.row[name] = typeof value === "string" ? flatText(value) : value;
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
