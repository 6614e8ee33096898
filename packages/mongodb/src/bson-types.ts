import type { CustomType } from "@threadmark/core";

/** The classes of `bson`, as `bson` and `mongodb` export them. */
export interface BsonClasses {
  readonly ObjectId: new (hex: string) => object;
  readonly Long: new (low: number, high: number, unsigned: boolean) => object;
  readonly Decimal128: new (bytes: Uint8Array) => object;
  readonly Binary: new (bytes: Uint8Array, subType: number) => object;
  readonly UUID: new (hex: string) => object;
  readonly Timestamp: new (parts: { t: number; i: number }) => object;
  readonly Double: new (value: number) => object;
  readonly Int32: new (value: number) => object;
  readonly MinKey: new () => object;
  readonly MaxKey: new () => object;
  readonly BSONRegExp: new (pattern: string, options: string) => object;
  readonly BSONSymbol: new (value: string) => object;
  readonly Code: new (code: string, scope: object | null) => object;
  readonly DBRef: new (collection: string, id: object, db: string | undefined, fields: object) => object;
}

/** What the classes of bson have in common, in its major versions 4 to 7. */
interface Parts {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
  readonly bytes: Uint8Array;
  readonly buffer: Uint8Array;
  readonly position: number;
  readonly sub_type: number;
  readonly value: number & string;
  readonly pattern: string;
  readonly options: string;
  readonly code: unknown;
  readonly scope: unknown;
  readonly collection: string;
  readonly oid: unknown;
  readonly db: string | undefined;
  readonly fields: unknown;
  toHexString(): string;
}

type Name = keyof BsonClasses;

/** The arguments for the constructor of each class. */
const ARGUMENTS: Readonly<Record<Name, (value: Parts) => unknown[]>> = {
  ObjectId: (value) => [value.toHexString()],
  Long: ({ low, high, unsigned }) => [low, high, unsigned],
  Decimal128: ({ bytes }) => [Uint8Array.from(bytes)],
  Binary: ({ buffer, position, sub_type }) => [Uint8Array.from(buffer.subarray(0, position)), sub_type],
  UUID: (value) => [value.toHexString()],
  Timestamp: ({ low, high }) => [{ t: high >>> 0, i: low >>> 0 }],
  Double: ({ value }) => [value],
  Int32: ({ value }) => [value],
  MinKey: () => [],
  MaxKey: () => [],
  BSONRegExp: ({ pattern, options }) => [pattern, options],
  BSONSymbol: ({ value }) => [value],
  Code: ({ code, scope }) => [String(code), scope],
  DBRef: ({ collection, oid, db, fields }) => [collection, oid, db, fields],
};

/**
 * Types for the values of BSON that drivers of MongoDB return, so that a serializer stores them exactly. Every
 * `MongoDBSaver` has them; this is for other savers, and for your own serializers.
 *
 * Instances from any copy of bson in the program can be stored; those that are read have the classes given here.
 *
 * @param classes The module `mongodb` or `bson`.
 * @example
 * import * as mongodb from "mongodb";
 * const saver = new PostgresSaver(pool, { types: bsonTypes(mongodb) });
 */
export function bsonTypes(classes: Partial<BsonClasses>): CustomType[] {
  return (Object.keys(ARGUMENTS) as Name[]).map((name) => ({
    name: `bson:${name}`,
    match: (value) => nameOf(value) === name,
    encode: (value: Parts) => ARGUMENTS[name](value),
    decode: (data) => {
      const found = classes[name] as (new (...given: unknown[]) => object) | undefined;
      if (found === undefined)
        throw new Error(`the package mongodb has no ${name}; install it, or update it`);
      return new found(...(data as unknown[]));
    },
  }));
}

/** The class of an object by bson's own brand, which is on the prototype whatever a bundler does. */
function nameOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Object.hasOwn(value, "_bsontype")) return undefined;
  const { _bsontype: brand, toHexString } = value as { _bsontype?: unknown; toHexString?: unknown };
  if (brand === "Binary" && typeof toHexString === "function") return "UUID";
  // The old name of the class.
  if (brand === "ObjectID") return "ObjectId";
  return typeof brand === "string" ? brand : undefined;
}

/** The classes of the driver that this package finds. They are loaded before the first read. */
const driver: Partial<Record<Name, unknown>> = {};

/** The types of every saver. */
export const driverTypes: readonly CustomType[] = bsonTypes(driver as Partial<BsonClasses>);

/** Finds the classes. A program that has a client has them installed; if not, only reading such a value fails. */
export async function loadBsonClasses(): Promise<void> {
  if (driver.ObjectId !== undefined) return;
  try {
    Object.assign(driver, pick(await import("mongodb")));
  } catch {
    // Decoding says what is missing.
  }
}

function pick(module: object): Partial<Record<Name, unknown>> {
  const all = "default" in module ? { ...(module.default as object), ...module } : module;
  return Object.fromEntries(
    (Object.keys(ARGUMENTS) as Name[]).map((name) => [name, (all as Record<string, unknown>)[name]]),
  );
}
