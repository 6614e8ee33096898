/** The part of the driver that is used, as structural types: the same in majors 6 and 7. */

/** A document of BSON as the driver takes and returns it. */
export type Doc = Readonly<Record<string, unknown>>;

/** A `MongoClient` of `mongodb`. */
export interface MongoClientLike {
  db(name?: string): object;
  /** Does nothing when it is connected already. */
  connect?(): Promise<unknown>;
  close(): Promise<void>;
}

/** How many servers must have a write before it is acknowledged. */
export interface MongoWriteConcern {
  readonly w?: number | "majority" | undefined;
  /** Whether it must be in the journal. */
  readonly journal?: boolean | undefined;
  /** Milliseconds after which waiting ends with an error. */
  readonly wtimeoutMS?: number | undefined;
}

/** How certain it must be that what is read is never rolled back. */
export type MongoReadConcern = "local" | "available" | "majority" | "linearizable";

/** A cursor that is read to its end. */
interface Cursor {
  toArray(): Promise<Doc[]>;
}

/** One statement of an `update` command. */
export interface UpdateOp {
  readonly updateOne: {
    readonly filter: Doc;
    readonly update: Doc | readonly Doc[];
    readonly upsert: boolean;
    readonly arrayFilters?: readonly Doc[];
  };
}

/** One statement of an `update` command, on all documents of its filter. */
export interface UpdateManyOp {
  readonly updateMany: { readonly filter: Doc; readonly update: Doc };
}

export interface Collection {
  find(filter: Doc, options?: object): Cursor;
  aggregate(stages: readonly Doc[], options?: object): Cursor;
  bulkWrite(
    ops: readonly (UpdateOp | UpdateManyOp)[],
    options: { readonly ordered: boolean },
  ): Promise<{
    readonly matchedCount: number;
    readonly upsertedCount: number;
    /** By the number of the statement. */
    readonly upsertedIds: Readonly<Record<number, unknown>>;
  }>;
  updateOne(
    filter: Doc,
    update: Doc | readonly Doc[],
    options?: { readonly upsert: boolean },
  ): Promise<{ readonly matchedCount: number; readonly upsertedCount: number }>;
  updateMany(filter: Doc, update: Doc): Promise<unknown>;
  deleteOne(filter: Doc): Promise<{ readonly deletedCount: number }>;
  deleteMany(filter: Doc): Promise<{ readonly deletedCount: number }>;
  findOneAndUpdate(filter: Doc, update: Doc | readonly Doc[], options: object): Promise<Doc | null>;
  createIndexes(indexes: readonly object[]): Promise<unknown>;
}

export interface Database {
  collection(name: string, options: object): Collection;
  command(command: Doc, options?: object): Promise<Doc>;
  createCollection(name: string, options?: object): Promise<unknown>;
  listCollections(filter: Doc, options?: object): Cursor;
}

/**
 * Resets what the application may have set for its whole client, since results must not depend on it. Passed to a
 * collection, these options apply to all its calls.
 */
export const PLAIN_BSON = {
  promoteValues: true,
  promoteLongs: true,
  promoteBuffers: true,
  useBigInt64: false,
  bsonRegExp: false,
  raw: false,
  fieldsAsRaw: {},
  ignoreUndefined: false,
  serializeFunctions: false,
  checkKeys: false,
} as const;
