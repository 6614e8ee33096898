/** A saver of the page. */
export interface Peer {
  /** The name of its harness and of its report. */
  readonly id: string;
  /** Head of its column. */
  readonly name: string;
  readonly package: string;
  /** The server that it needs, as `@threadmark/services` names it. */
  readonly server?: string;
  /** A package of the registry that is installed for the run, with what it needs, and is no part of this repository. */
  readonly install?: Readonly<Record<string, string>>;
  /** What to know about the run. */
  readonly note?: string;
}

/** All of them, in the order of the page. */
export const peers: readonly Peer[] = [
  { id: "threadmark-memory", name: "Threadmark `MemorySaver`", package: "@threadmark/memory" },
  {
    id: "threadmark-postgres",
    name: "Threadmark `PostgresSaver`",
    package: "@threadmark/postgres",
    server: "postgres:17",
  },
  {
    id: "threadmark-redis",
    name: "Threadmark `RedisSaver`",
    package: "@threadmark/redis",
    server: "redis:8",
  },
  {
    id: "threadmark-mongodb",
    name: "Threadmark `MongoDBSaver`",
    package: "@threadmark/mongodb",
    server: "mongodb",
  },
  {
    id: "example-sqlite",
    name: "The SQLite example",
    package: "@threadmark/example-sqlite-saver",
    note: "the saver of [Write a saver](write-a-saver.md)",
  },
  { id: "official-memory", name: "LangGraph.js `MemorySaver`", package: "@langchain/langgraph-checkpoint" },
  {
    id: "official-postgres",
    name: "LangGraph.js `PostgresSaver`",
    package: "@langchain/langgraph-checkpoint-postgres",
    server: "postgres:17",
  },
  {
    id: "official-mongodb",
    name: "LangGraph.js `MongoDBSaver`",
    package: "@langchain/langgraph-checkpoint-mongodb",
    server: "mongodb",
  },
  {
    id: "official-sqlite",
    name: "LangGraph.js `SqliteSaver`",
    package: "@langchain/langgraph-checkpoint-sqlite",
    note: "runs on Node's built-in SQLite instead of better-sqlite3",
  },
  {
    id: "cloudflare-d1",
    name: "`CloudflareD1Saver`",
    package: "langgraph-checkpoint-cloudflare-d1",
    install: {
      "langgraph-checkpoint-cloudflare-d1": "0.2.0",
      "@langchain/core": "1.4.0",
      "@langchain/langgraph-checkpoint": "1.2.2",
    },
    note: "by other authors; runs on a D1 binding over Node's built-in SQLite instead of Cloudflare",
  },
];
