import { randomUUID } from "node:crypto";
import type { OpenOptions, OpenStore, TestedSaver } from "@threadmark/conformance";
import { brokenPackage } from "../broken-package.ts";
import { CommandError } from "../exit-codes.ts";
import type { Load } from "../load.ts";

/** Creates the function that opens stores, for a package that the command knows. */
type Preset = (load: Load, url: string | undefined) => Promise<OpenStore>;

/** The methods that a saver of any of these packages may have. */
interface AnySaver extends TestedSaver {
  setup?(): Promise<unknown>;
  close?(): Promise<unknown>;
  end?(): Promise<unknown>;
}

type AnyClass = (new (...args: unknown[]) => AnySaver) & {
  readonly fromConnString: (...args: unknown[]) => AnySaver;
  readonly fromUrl: (...args: unknown[]) => AnySaver | Promise<AnySaver>;
};

/** Opens a saver in the place with this name: a schema, a database, a prefix. */
type OpenAt = (place: string, options: OpenOptions) => Promise<AnySaver>;

/** The packages that `threadmark conformance` tests by name. */
const presets: Readonly<Record<string, Preset>> = {
  "@threadmark/memory": async (load) => {
    const { MemorySaver, MemoryStorage } = (await load("@threadmark/memory")) as Record<string, AnyClass>;
    return async (options) => {
      const storage = new MemoryStorage!();
      const reopen = async (): Promise<AnySaver> => new MemorySaver!({ ...options, storage });
      return { saver: await reopen(), reopen, close: async () => {} };
    };
  },
  "@threadmark/postgres": async (load, url) => {
    const saver = await classOf(load, "@threadmark/postgres", "PostgresSaver");
    const at = needUrl("@threadmark/postgres", "postgres://", url);
    return reopening(async (schema, options) => saver.fromConnString(at, { schema, ...options }));
  },
  "@threadmark/redis": async (load, url) => {
    const saver = await classOf(load, "@threadmark/redis", "RedisSaver");
    const at = needUrl("@threadmark/redis", "redis://", url);
    return reopening(async (prefix, options) => saver.fromUrl(at, { keyPrefix: `${prefix}:`, ...options }));
  },
  "@threadmark/mongodb": async (load, url) => {
    const saver = await classOf(load, "@threadmark/mongodb", "MongoDBSaver");
    const at = needUrl("@threadmark/mongodb", "mongodb://", url);
    return reopening(async (dbName, options) => saver.fromConnString(at, { dbName, ...options }));
  },
  "@langchain/langgraph-checkpoint": async (load) => {
    const saver = await classOf(load, "@langchain/langgraph-checkpoint", "MemorySaver");
    return plain(async () => new saver());
  },
  "@langchain/langgraph-checkpoint-sqlite": async (load) => {
    const saver = await classOf(load, "@langchain/langgraph-checkpoint-sqlite", "SqliteSaver");
    return plain(async () => {
      try {
        return saver.fromConnString(":memory:");
      } catch (error) {
        throw brokenPackage("better-sqlite3", error) ?? error;
      }
    });
  },
  "@langchain/langgraph-checkpoint-postgres": async (load, url) => {
    const saver = await classOf(load, "@langchain/langgraph-checkpoint-postgres", "PostgresSaver");
    const at = needUrl("@langchain/langgraph-checkpoint-postgres", "postgres://", url);
    return withoutOptions(reopening(async (schema) => saver.fromConnString(at, { schema })));
  },
  "@langchain/langgraph-checkpoint-mongodb": async (load, url) => {
    const saver = await classOf(load, "@langchain/langgraph-checkpoint-mongodb", "MongoDBSaver");
    const at = needUrl("@langchain/langgraph-checkpoint-mongodb", "mongodb://", url);
    const { MongoClient } = (await load("mongodb")) as Record<string, new (url: string) => unknown>;
    const client = new MongoClient!(at);
    return withoutOptions(reopening(async (dbName) => new saver({ client, dbName })));
  },
  "@langchain/langgraph-checkpoint-redis": async (load, url) => {
    const saver = await classOf(load, "@langchain/langgraph-checkpoint-redis", "RedisSaver");
    const at = needUrl("@langchain/langgraph-checkpoint-redis", "redis://", url);
    return plain(async () => saver.fromUrl(at));
  },
};

/** How to test a package that is known by its name. */
export function presetOf(name: string): Preset | undefined {
  return Object.hasOwn(presets, name) ? presets[name] : undefined;
}

/** The names of the packages that can be tested without a file. */
export function presetNames(): readonly string[] {
  return Object.keys(presets);
}

async function classOf(load: Load, name: string, exported: string): Promise<AnyClass> {
  const found = (await load(name))[exported];
  if (typeof found !== "function") throw new CommandError(`${name} does not export ${exported}; update it`);
  return found as AnyClass;
}

function needUrl(name: string, scheme: string, url: string | undefined): string {
  if (url !== undefined) return url;
  throw new CommandError(`${name} needs a database; add --url ${scheme}…`);
}

/** Stores that two savers cannot share, of a saver without the options of the suite. */
function plain(open: () => Promise<AnySaver>): OpenStore {
  return withoutOptions(async () => {
    const saver = await open();
    await saver.setup?.();
    return { saver, close: () => closed([saver]) };
  });
}

/** Stores of a saver that would ignore the options of the suite, so that their clauses could not test them. */
function withoutOptions(open: OpenStore): OpenStore {
  return async (options = {}) => (Object.keys(options).length > 0 ? undefined : open());
}

/** Stores that each have their own place in a database. */
function reopening(openAt: OpenAt): OpenStore {
  return async (options = {}) => {
    const place = `conformance_${randomUUID().replaceAll("-", "")}`;
    const opened: AnySaver[] = [];
    const reopen = async (): Promise<AnySaver> => {
      const saver = await openAt(place, options);
      opened.push(saver);
      return saver;
    };
    const saver = await reopen();
    await saver.setup?.();
    return { saver, reopen, close: () => closed(opened) };
  };
}

async function closed(savers: readonly AnySaver[]): Promise<void> {
  await Promise.allSettled(
    savers.map(async (saver) => {
      await (saver.close ? saver.close() : saver.end?.());
    }),
  );
}
