/**
 * The tags of values that MessagePack has no type for. A tagged value is the array `[mark, tag, data]`,
 * where the mark is the one code that MessagePack leaves unused: nothing of a user's is ever mistaken for
 * one, and no extension has to be registered in a library that other packages may share. Tags are
 * stored: they are never reused and never change their meaning.
 */
export const TAG = {
  /** How many numbered objects ago the same object occurred. */
  reference: 0,
  /** UTF-16 code units, for text that UTF-8 or a decoder would not give back. */
  text: 1,
  bigint: 2,
  date: 3,
  regexp: 4,
  url: 5,
  /** Alternating keys and values. */
  map: 6,
  set: 7,
  /** A plain object whose keys no record can hold: alternating keys and values. */
  object: 8,
  nullObject: 9,
  /** Length, then alternating keys and values: an array with holes or with properties. */
  array: 10,
  arrayBuffer: 11,
  /** Number of the kind, bytes. */
  view: 12,
  /** Number of the class, hidden fields, own fields. */
  error: 13,
  /** Name, data. */
  custom: 14,
  /** What could not be stored. Its place in an array is `undefined`; elsewhere it is left out. */
  omitted: 15,
  /** From here on, two for every class in `class-table.ts`. The data is a record of the fields. */
  firstClass: 16,
  /** A plain object with brands: alternating numbers and values of the brands, alternating keys and values. */
  branded: 62,
  /** Number of the class, texts. */
  host: 63,
} as const;

/** The first number that is not a tag: tags fit into one byte. */
export const TAG_END = 0x40;

/** Head of an array of three, and the mark. */
export const TAG_HEAD = 0x93;
export const TAG_MARK = 0xc1;

/** The last byte of a body with tags says what is needed to read it. */
export const NEEDS = { numbering: 1, messages: 2, documents: 4, langgraph: 8 } as const;
