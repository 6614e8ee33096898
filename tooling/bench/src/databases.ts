import type { Meter, OpenPlace } from "./place.ts";

/** A saver in a comparison. */
export interface Contestant {
  /** As in `places` of its database. */
  readonly id: string;
  /** As in tables, in Markdown. */
  readonly name: string;
}

/** A database with all that is compared on it. */
export interface Database {
  /** As in names of files and commands. */
  readonly id: string;
  readonly title: string;
  /** As the recipes of `@threadmark/services` are called; none for what runs in the process. */
  readonly server: string | undefined;
  /** Ours first; the second is what ours is compared with. */
  readonly contestants: readonly Contestant[];
  /** The least that a put can do. */
  readonly floor: Contestant | undefined;
  /** Ids of scenarios; all without it. */
  readonly only: readonly string[] | undefined;
  /** Names of what `Meter.stored` returns; the first one is charted. */
  readonly stores: readonly string[];
  /** What a round trip is called here. */
  readonly trips: string;
  /** What the server's log is called. */
  readonly log: string | undefined;
  places(): Promise<Readonly<Record<string, OpenPlace>>>;
  meter(url: string): Promise<Meter>;
}

const ofMemory = {
  server: undefined,
  floor: undefined,
  stores: ["kept in the heap"],
  trips: "calls",
  log: undefined,
  places: async () => (await import("./memory/places.ts")).places,
  meter: async () => (await import("./memory/meter.ts")).meter,
} as const;

/** Every database with a benchmark. */
export const DATABASES: readonly Database[] = [
  {
    id: "postgres",
    title: "Postgres",
    server: "postgres:17",
    contestants: [
      { id: "ours", name: "@threadmark/postgres" },
      { id: "official", name: "@langchain/langgraph-checkpoint-postgres" },
    ],
    floor: { id: "floor", name: "one prepared insert" },
    only: undefined,
    stores: ["disk"],
    trips: "round trips",
    log: "WAL",
    places: async () => (await import("./postgres/places.ts")).places,
    meter: async (url) => (await import("./postgres/meter.ts")).openMeter(url),
  },
  {
    id: "mongodb",
    title: "MongoDB",
    server: "mongodb",
    contestants: [
      { id: "ours", name: "@threadmark/mongodb" },
      { id: "official", name: "@langchain/langgraph-checkpoint-mongodb" },
    ],
    floor: { id: "floor", name: "one journaled insertOne" },
    only: undefined,
    stores: ["data", "disk"],
    trips: "commands",
    log: "journal",
    places: async () => (await import("./mongodb/places.ts")).places,
    meter: async (url) => (await import("./mongodb/meter.ts")).openMeter(url),
  },
  {
    id: "redis",
    title: "Redis",
    server: "redis:8",
    contestants: [
      { id: "ours", name: "@threadmark/redis" },
      { id: "plain", name: "one key per checkpoint" },
    ],
    floor: { id: "floor", name: "one `SET`" },
    only: undefined,
    stores: ["server memory"],
    trips: "commands",
    log: undefined,
    places: async () => (await import("./redis/places.ts")).places,
    meter: async (url) => (await import("./redis/meter.ts")).openMeter(url),
  },
  {
    ...ofMemory,
    id: "memory",
    title: "Memory",
    contestants: [
      { id: "ours", name: "@threadmark/memory" },
      { id: "official", name: "LangGraph.js's `MemorySaver`" },
      { id: "sqlite", name: "@langchain/langgraph-checkpoint-sqlite" },
    ],
    only: undefined,
  },
  {
    ...ofMemory,
    id: "workflow",
    title: "Workflow, in memory",
    contestants: [
      { id: "workflow", name: "@threadmark/workflow" },
      { id: "official", name: "LangGraph.js's functional API" },
    ],
    only: ["functional-64"],
  },
];

/** @throws Error when there is no such database. */
export function databaseOf(id: string): Database {
  const found = DATABASES.find((one) => one.id === id);
  if (!found)
    throw new Error(`no benchmark of ${id}; there are ${DATABASES.map((one) => one.id).join(", ")}`);
  return found;
}
