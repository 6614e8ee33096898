import type { CheckpointSaver, OldSaver } from "@threadmark/core";
import { brokenPackage } from "../broken-package.ts";
import { CommandError } from "../exit-codes.ts";
import { MissingPackage, type Load, type Module } from "../load.ts";
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
  /** The same saver if it is one of ours, with all their methods. */
  readonly own: CheckpointSaver | undefined;
  close(): Promise<void>;
}

/** What the savers' classes have in common here. */
type SaverClass = Readonly<
  Record<"fromConnString" | "fromUrl" | "fromFolder", (target: string, options?: object) => unknown>
> &
  (new (...args: unknown[]) => unknown);

interface Source {
  readonly name: string;
  /** The driver, which has to be installed as well. */
  readonly driver: string;
  readonly exported: string;
  readonly open: (saver: SaverClass, target: string, place: PlaceFlags, driver: Module) => unknown;
}

/** How long a server may take to answer at first, in milliseconds; Postgres' driver would wait forever. */
const PATIENCE = 10_000;

const OURS: Readonly<Record<Exclude<Kind, "sqlite">, Source>> = {
  postgres: {
    name: "@threadmark/postgres",
    driver: "pg",
    exported: "PostgresSaver",
    open: (saver, target, { schema }) =>
      saver.fromConnString(target, given({ schema, pool: { connectionTimeoutMillis: PATIENCE } })),
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
    open: (saver, target, { db }) => saver.fromConnString(impatient(target), given({ dbName: db })),
  },
};

const OFFICIAL: Readonly<Record<Exclude<Kind, "folder">, Source>> = {
  postgres: {
    name: "@langchain/langgraph-checkpoint-postgres",
    driver: "pg",
    exported: "PostgresSaver",
    open(saver, target, { schema }, driver) {
      const { Pool } = (driver["default"] ?? driver) as { Pool: new (options: object) => object };
      const pool = new Pool({ connectionString: target, connectionTimeoutMillis: PATIENCE });
      return new saver(pool, undefined, given({ schema }));
    },
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
      const client = new (driver["MongoClient"] as new (url: string) => object)(impatient(target));
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
  checkPlace(address, place);
  const { name, driver, exported, open } = sourceOf(address);
  const [module, loaded] = await loadBoth(load, name, driver);
  const saverClass = module[exported];
  if (typeof saverClass !== "function") throw new CommandError(`${name} has no ${exported}; update it`);
  const saver = await opening(driver, () =>
    open(saverClass as unknown as SaverClass, address.target, place, loaded),
  );
  return {
    address,
    saver,
    own: address.official ? undefined : (saver as unknown as CheckpointSaver),
    close: () => closeSaver(saver as Closable),
  };
}

/** Some drivers load their compiled part when they are first used. */
async function opening(driver: string, open: () => unknown): Promise<OldSaver> {
  try {
    return (await open()) as OldSaver;
  } catch (error) {
    throw brokenPackage(driver, error) ?? error;
  }
}

const PLACES = { schema: ["postgres", "folder"], prefix: ["redis"], db: ["mongodb"] } as const;

/** An option that would have no effect was meant for another store. */
function checkPlace({ kind, official, shown }: Address, place: PlaceFlags): void {
  for (const [flag, kinds] of Object.entries(PLACES)) {
    if (place[flag as keyof PlaceFlags] === undefined) continue;
    const fits = (kinds as readonly Kind[]).includes(kind) && !(official && kind === "redis");
    if (!fits) throw new CommandError(`${shown} has no ${flag}: --${flag} is for ${kinds[0]}`);
  }
}

/** A saver and its driver; if both are missing, one error names both. */
async function loadBoth(load: Load, name: string, driver: string): Promise<[Module, Module]> {
  const found = await Promise.allSettled([load(name), load(driver)]);
  const missing: string[] = [];
  for (const one of found) {
    if (one.status === "fulfilled") continue;
    if (!(one.reason instanceof MissingPackage)) throw one.reason;
    missing.push(...one.reason.packages);
  }
  if (missing.length > 0) throw MissingPackage.of(missing);
  const [module, loaded] = found as PromiseFulfilledResult<Module>[];
  return [module!.value, loaded!.value];
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

/** MongoDB's driver looks for a server for 30 seconds, unless the URL says something else. */
export function impatient(url: string): string {
  if (/[?&]serverSelectionTimeoutMS=/i.test(url)) return url;
  const [place = "", options] = url.split("?", 2);
  const path = /^[^/]*\/\/[^/]*$/.test(place) ? `${place}/` : place;
  return `${path}?${options ? `${options}&` : ""}serverSelectionTimeoutMS=5000`;
}

/** Without options that are `undefined`, which some savers would take as given. */
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
