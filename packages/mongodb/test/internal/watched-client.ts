import type { MongoClient } from "mongodb";
import type { Collection, MongoClientLike } from "../../src/driver.ts";

/** What is done before and after a command, which is given as JSON. */
interface Watcher {
  before(command: string, text: string): Promise<void>;
  after(command: string, text: string): Promise<void>;
}

/** A client that lets something else happen between two commands of a call. */
export class WatchedClient implements MongoClientLike {
  readonly #client: MongoClient;
  readonly #watcher: Watcher;

  constructor(client: MongoClient, watcher: Watcher) {
    this.#client = client;
    this.#watcher = watcher;
  }

  db(name?: string): object {
    const database = this.#client.db(name);
    return {
      command: async (command: object, options: object) => database.command({ ...command }, options),
      collection: (collectionName: string, options: object) =>
        this.#watched(database.collection(collectionName, options) as unknown as Collection),
    };
  }

  async close(): Promise<void> {}

  #watched(collection: Collection): Collection {
    const watch = async <T>(
      command: string,
      args: readonly unknown[],
      work: () => Promise<T>,
    ): Promise<T> => {
      const text = JSON.stringify(args);
      await this.#watcher.before(command, text);
      const result = await work();
      await this.#watcher.after(command, text);
      return result;
    };
    return new Proxy(collection, {
      get(target, name: keyof Collection) {
        const method = target[name].bind(target) as (...args: unknown[]) => unknown;
        if (name === "find" || name === "aggregate") {
          return (...args: unknown[]) => ({
            toArray: () =>
              watch(name, args, () => (method(...args) as { toArray(): Promise<unknown> }).toArray()),
          });
        }
        return (...args: unknown[]) => watch(name, args, async () => method(...args));
      },
    });
  }
}
