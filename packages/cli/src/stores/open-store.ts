import type { CheckpointSaver, OldSaver } from "@threadmark/core";
import { CommandError } from "../exit-codes.ts";
import type { Load, Module } from "../load.ts";
import type { Address, Kind } from "./address.ts";

/** Where in a database the threads are. */
export interface PlaceFlags {
  readonly schema?: string;
  readonly prefix?: string;
  readonly db?: string;
}

/** A saver on the threads of an address. */
export interface Store {
  readonly address: Address;
  readonly saver: OldSaver;
  /** The same saver where it is one of ours, with everything that these can do. */
  readonly own: CheckpointSaver | undefined;
  close(): Promise<void>;
}

/** What the savers' classes have in common here. */
type SaverClass = Readonly<
  Record<"fromConnString" | "fromUrl" | "fromFolder", (target: string, options?: object) => unknown>
> &
  (new (options: object) => unknown);

interface Source {
  readonly name: string;
  /** The driver, which has to be installed as well. */
  readonly driver: string;
  readonly exported: string;
  readonly open: (saver: SaverClass, target: string, place: PlaceFlags, driver: Module) => unknown;
}

const OURS: Readonly<Record<Exclude<Kind, "sqlite">, Source>> = {
  postgres: {
    name: "@threadmark/postgres",
    driver: "pg",
    exported: "PostgresSaver",
    open: (saver, target, { schema }) => saver.fromConnString(target, given({ schema })),
  },
  folder: {
    name: "@threadmark/postgres",
    driver: "@electric-sql/pglite",
    exported: "PostgresSaver",
    open: (saver, target, { schema }) => saver.fromFolder(target, given({ schema })),
  },
  redis: {
    name: "@threadmark/redis",
    driver: "ioredis",
    exported: "RedisSaver",
    open: (saver, target, { prefix }) => saver.fromUrl(target, given({ keyPrefix: prefix })),
  },
  mongodb: {
    name: "@threadmark/mongodb",
    driver: "mongodb",
    exported: "MongoDBSaver",
    open: (saver, target, { db }) => saver.fromConnString(target, given({ dbName: db })),
  },
};

const OFFICIAL: Readonly<Record<Exclude<Kind, "folder">, Source>> = {
  postgres: {
    name: "@langchain/langgraph-checkpoint-postgres",
    driver: "pg",
    exported: "PostgresSaver",
    open: (saver, target, { schema }) => saver.fromConnString(target, given({ schema })),
  },
  sqlite: {
    name: "@langchain/langgraph-checkpoint-sqlite",
    driver: "better-sqlite3",
    exported: "SqliteSaver",
    open: (saver, target) => saver.fromConnString(target),
  },
  redis: {
    name: "@langchain/langgraph-checkpoint-redis",
    driver: "redis",
    exported: "RedisSaver",
    open: (saver, target) => saver.fromUrl(target),
  },
  mongodb: {
    name: "@langchain/langgraph-checkpoint-mongodb",
    driver: "mongodb",
    exported: "MongoDBSaver",
    open(saver, target, { db }, driver) {
      const client = new (driver["MongoClient"] as new (url: string) => object)(target);
      return new saver(given({ client, dbName: db }));
    },
  },
};

/**
 * Opens the threads of an address with the packages of the project. Nothing is set up.
 *
 * @throws CommandError when a package is missing, with the command that installs it.
 */
export async function openStore(address: Address, place: PlaceFlags, load: Load): Promise<Store> {
  const { name, driver, exported, open } = sourceOf(address);
  const module = await load(name);
  const loaded = await load(driver);
  const saverClass = module[exported];
  if (typeof saverClass !== "function") throw new CommandError(`${name} has no ${exported}; update it`);
  const saver = (await open(saverClass as unknown as SaverClass, address.target, place, loaded)) as OldSaver;
  return {
    address,
    saver,
    own: address.official ? undefined : (saver as unknown as CheckpointSaver),
    close: () => closeSaver(saver as Closable),
  };
}

/**
 * The saver of a store that is ours.
 *
 * @throws CommandError for LangGraph.js's own, which cannot do what was asked for.
 */
export function ownSaver({ own, address }: Store): CheckpointSaver {
  if (own) return own;
  throw new CommandError(
    `${address.shown} holds threads of LangGraph.js's own saver, which cannot do this; move them with threadmark migrate`,
  );
}

function sourceOf({ kind, official }: Address): Source {
  if (kind === "sqlite") return OFFICIAL.sqlite;
  if (kind === "folder") return OURS.folder;
  return official ? OFFICIAL[kind] : OURS[kind];
}

/** Without the options that were not given, which some savers would take as given. */
function given(options: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

interface Closable {
  close?(): Promise<void>;
  end?(): Promise<void>;
  /** The client of LangGraph.js's savers for MongoDB, Redis and SQLite, which do not close it themselves. */
  readonly client?: { close?(): unknown };
  readonly db?: { close?(): unknown };
}

async function closeSaver(saver: Closable): Promise<void> {
  if (saver.close) await saver.close();
  else if (saver.end) await saver.end();
  else await (saver.client ?? saver.db)?.close?.();
}
