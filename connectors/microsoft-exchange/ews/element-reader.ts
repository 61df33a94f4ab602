/** Attributes of one element, without prototype. */
export type Attributes = Readonly<Record<string, string>>;

/**
 * What to do with one element, and which elements below it to look at; everything else is skipped. Readers of one
 * element can be added from several sides: two columns may come from the same place.
 */
export class ElementReader<S> {
  readonly children = new Map<string, ElementReader<S>>();
  /** For children that have no reader of their own. */
  other: ElementReader<S> | undefined = undefined;
  opened: ((state: S, attributes: Attributes, name: string) => void) | undefined = undefined;
  text: ((state: S, text: string) => void) | undefined = undefined;
  closed: ((state: S) => void) | undefined = undefined;
  pieces: ((state: S, piece: string) => void) | undefined = undefined;

  /** The reader of a child, by local name; made when first asked for. */
  child(name: string): ElementReader<S> {
    let reader = this.children.get(name);
    if (reader === undefined) {
      reader = new ElementReader<S>();
      this.children.set(name, reader);
    }
    return reader;
  }

  /** The reader at the end of a path of local names. */
  at(path: readonly string[]): ElementReader<S> {
    let reader: ElementReader<S> = this;
    for (const name of path) reader = reader.child(name);
    return reader;
  }

  /** The reader of every child without one of its own. */
  any(): ElementReader<S> {
    this.other ??= new ElementReader<S>();
    return this.other;
  }

  onOpen(handle: (state: S, attributes: Attributes, name: string) => void): this {
    const before = this.opened;
    this.opened =
      before === undefined
        ? handle
        : (state, attributes, name) => {
            before(state, attributes, name);
            handle(state, attributes, name);
          };
    return this;
  }

  /** Gets the element's whole character data, `""` for an empty element. */
  onText(handle: (state: S, text: string) => void): this {
    const before = this.text;
    this.text =
      before === undefined
        ? handle
        : (state, text) => {
            before(state, text);
            handle(state, text);
          };
    return this;
  }

  /** Gets the element's character data as it arrives, references unread: for contents of any size. One side only. */
  onPieces(handle: (state: S, piece: string) => void): this {
    this.pieces = handle;
    return this;
  }

  onClose(handle: (state: S) => void): this {
    const before = this.closed;
    this.closed =
      before === undefined
        ? handle
        : (state) => {
            before(state);
            handle(state);
          };
    return this;
  }
}
