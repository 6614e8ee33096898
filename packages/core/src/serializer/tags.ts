/**
 * The tags of values that MessagePack has no type for. A tag is a map with one entry, number → data:
 * plain objects are always records, so a user's object is never one. Numbers are stored: they are never
 * reused and never change their meaning.
 */
export const TAG = {
  /** How many numbered objects ago the same object was met. */
  reference: 0,
  /** UTF-16 code units, for text that UTF-8 or a decoder would not give back. */
  text: 1,
  bigint: 2,
  date: 3,
  regexp: 4,
  url: 5,
  /** Keys and values in turn. */
  map: 6,
  set: 7,
  /** A plain object whose keys no record can hold: keys and values in turn. */
  object: 8,
  nullObject: 9,
  /** Length, then keys and values in turn: an array with holes or with properties. */
  array: 10,
  arrayBuffer: 11,
  /** Number of the kind, bytes. */
  view: 12,
  /** Number of the class, hidden fields, own fields. */
  error: 13,
  /** Name, data. */
  custom: 14,
  /** `lc_kwargs` of a message: `null` for what its field of that name holds, `[value]` otherwise. */
  messageArguments: 15,
  /** `lc_namespace` of a message, when it is the usual one. */
  messageNamespace: 16,
  /** 32 and up: instances of the classes in `class-table.ts`. */
  firstClass: 32,
} as const;

/** The first number that is no tag: tags fit into one byte. */
export const TAG_END = 0x40;

/** The last byte of a body with tags says what is needed to read it. */
export const NEEDS = { numbering: 1, messages: 2, documents: 4, langgraph: 8 } as const;
