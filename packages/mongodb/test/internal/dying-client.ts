import type { MongoClient } from "mongodb";
import type { Collection, MongoClientLike, UpdateManyOp, UpdateOp } from "../../src/driver.ts";

/** What a client throws when its process or the server has ended. */
export class Killed extends Error {
  override readonly name = "Killed";
}

/**
 * A client whose process ends after so many steps. Each command is a step, and so is each statement of an
 * `update` command: of the one in which it ends, the server has done some statements and not the others.
 */
export class DyingClient implements MongoClientLike {
  steps = 0;
  readonly #client: MongoClient;
  readonly #last: number;

  constructor(client: MongoClient, last: number) {
    this.#client = client;
    this.#last = last;
  }

  db(name?: string): object {
    const database = this.#client.db(name);
    return {
      command: async (command: Command, options: object) =>
        command.updates
          ? this.#statements(command.updates, (updates) => database.command({ ...command, updates }, options))
          : database.command({ ...command }, options),
      collection: (collectionName: string, options: object) =>
        this.#dying(database.collection(collectionName, options) as unknown as Collection),
    };
  }

  async close(): Promise<void> {}

  #dying(collection: Collection): Collection {
    const step = async <T>(work: () => Promise<T>): Promise<T> => {
      if (this.steps >= this.#last) throw new Killed();
      this.steps++;
      return work();
    };
    const cursor = (read: () => { toArray(): Promise<never[]> }) => ({
      toArray: () => step(() => read().toArray()),
    });
    return {
      find: (...args) => cursor(() => collection.find(...args) as { toArray(): Promise<never[]> }),
      aggregate: (...args) => cursor(() => collection.aggregate(...args) as { toArray(): Promise<never[]> }),
      bulkWrite: async (ops, options) => this.#bulk(collection, ops, options),
      updateOne: (...args) => step(() => collection.updateOne(...args)),
      updateMany: (...args) => step(() => collection.updateMany(...args)),
      deleteOne: (...args) => step(() => collection.deleteOne(...args)),
      deleteMany: (...args) => step(() => collection.deleteMany(...args)),
      findOneAndUpdate: (...args) => step(() => collection.findOneAndUpdate(...args)),
      createIndexes: (...args) => collection.createIndexes(...args),
    };
  }

  #bulk(
    collection: Collection,
    ops: readonly (UpdateOp | UpdateManyOp)[],
    options: { readonly ordered: boolean },
  ): ReturnType<Collection["bulkWrite"]> {
    return this.#statements(ops, (some) => collection.bulkWrite(some, options));
  }

  async #statements<S, T>(statements: readonly S[], work: (some: readonly S[]) => Promise<T>): Promise<T> {
    const some = statements.slice(0, Math.max(0, this.#last - this.steps));
    this.steps += some.length;
    if (some.length === 0) throw new Killed();
    const result = await work(some);
    if (some.length < statements.length) throw new Killed();
    return result;
  }
}

interface Command {
  readonly updates?: readonly object[];
}
