/** Ids of the attribute-value pairs (MS-NLMP 2.2.2.1) this service reads or writes. */
export const avId = { end: 0, flags: 6, timestamp: 7, targetName: 9, channelBindings: 10 } as const;

/** Bit of the flags pair: the AUTHENTICATE message carries a MIC. */
const hasMic = 2;

export interface AvPair {
  readonly id: number;
  readonly value: Buffer;
}

/** Reads a target information list; undefined when it is cut or has no end. */
export function readTargetInfo(bytes: Buffer): readonly AvPair[] | undefined {
  const pairs: AvPair[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const id = bytes.readUInt16LE(at);
    const length = bytes.readUInt16LE(at + 2);
    at += 4;
    if (id === avId.end) return pairs;
    if (at + length > bytes.length) return undefined;
    pairs.push({ id, value: bytes.subarray(at, at + length) });
    at += length;
  }
  return undefined;
}

export const pairOf = (pairs: readonly AvPair[], id: number): Buffer | undefined =>
  pairs.find((pair) => pair.id === id)?.value;

/** What the client adds to the server's list. */
export interface ClientPairs {
  readonly spn: string;
  /** The channel-binding token; 16 zero bytes when there is none. */
  readonly binding: Buffer;
  readonly withMic: boolean;
}

/** The server's pairs with the client's flags, channel bindings and target name, as bytes. */
export function clientTargetInfo(server: readonly AvPair[], { spn, binding, withMic }: ClientPairs): Buffer {
  const replaced: readonly number[] = [avId.flags, avId.channelBindings, avId.targetName];
  const flags = pairOf(server, avId.flags);
  const given = flags !== undefined && flags.length >= 4 ? flags.readUInt32LE(0) : 0;
  const own = Buffer.alloc(4);
  own.writeUInt32LE((given | (withMic ? hasMic : 0)) >>> 0);
  const pairs: AvPair[] = [
    ...server.filter(({ id }) => !replaced.includes(id)),
    ...(withMic || flags !== undefined ? [{ id: avId.flags, value: own }] : []),
    { id: avId.channelBindings, value: binding },
    { id: avId.targetName, value: Buffer.from(spn, "utf16le") },
    { id: avId.end, value: Buffer.alloc(0) },
  ];
  return Buffer.concat(pairs.flatMap(({ id, value }) => [head(id, value.length), value]));
}

function head(id: number, length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(id, 0);
  bytes.writeUInt16LE(length, 2);
  return bytes;
}
