/** What LangGraph.js's own packages have, and what becomes of it. `test/comparison.test.ts` finds what is missing here. */

type Verdict = "same" | "better" | "different";

/** Several names that are treated alike. */
export interface Row {
  readonly names: readonly string[];
  readonly verdict: Verdict;
  readonly why: string;
}

/** One package, or a subpath of it. */
export interface Comparison {
  readonly from: string;
  /** Our package in its place, where there is one. */
  readonly to: string | undefined;
  /** The classes that are savers, there and here. */
  readonly savers: Readonly<Record<string, string>>;
  readonly exports: readonly Row[];
  /** How savers are made, in the notation of the declaration. */
  readonly making: readonly Row[];
  /** Names of options, of all savers of the package. */
  readonly options: readonly Row[];
  /** Public methods and factories of the savers. */
  readonly methods: readonly Row[];
}

const same = (why: string, ...names: string[]): Row => ({ names, verdict: "same", why });
const better = (why: string, ...names: string[]): Row => ({ names, verdict: "better", why });
const different = (why: string, ...names: string[]): Row => ({ names, verdict: "different", why });

const CONTRACT = [
  better(
    "one round trip; forks keep their own values; a damaged or missing part is an error",
    "getTuple",
    "put",
  ),
  better(
    "reads page by page as needed, newest first, without a hidden limit; no config means everything",
    "list",
  ),
  better("keeps the task path, and with it the order in which writes apply", "putWrites"),
  same("removes every namespace, write and value", "deleteThread"),
];

const STORE = "long-term memory, not threads: keep importing it";

export const comparisons: readonly Comparison[] = [
  {
    from: "@langchain/langgraph-checkpoint",
    to: "@threadmark/memory",
    savers: { MemorySaver: "MemorySaver" },
    exports: [
      better(
        "stores bytes as a database does, so tests find what production would; memory can be bounded",
        "MemorySaver",
      ),
      different("savers here are assignable to it, but do not extend it", "BaseCheckpointSaver"),
      same("works as `serde` of every saver here; the default keeps more, see Values", "JsonPlusSerializer"),
      different(
        "not savers: keep importing them",
        "AsyncBatchedStore",
        "BaseCache",
        "BaseStore",
        "InMemoryCache",
        "InMemoryStore",
        "InvalidNamespaceError",
        "MemoryStore",
        "validateNamespace",
      ),
      different(
        "for authors of savers: keep importing them; a saver here is written against `@threadmark/core/storage`",
        "DeltaSnapshot",
        "ERROR",
        "EXCLUDED_METADATA_KEYS",
        "INTERRUPT",
        "RESUME",
        "SCHEDULED",
        "TASKS",
        "WRITES_IDX_MAP",
        "compareChannelVersions",
        "compareWritesSortKeys",
        "copyCheckpoint",
        "deepCopy",
        "emptyCheckpoint",
        "getCheckpointId",
        "getTextAtPath",
        "isDeltaSnapshot",
        "maxChannelVersion",
        "tokenizePath",
        "uuid5",
        "uuid6",
        "writesSortKey",
      ),
    ],
    making: [same("a serializer may be the only argument", "new MemorySaver(serde?)")],
    options: [],
    methods: [
      ...CONTRACT,
      better("follows parents in pages and reads only the requested channels", "getDeltaChannelHistory"),
      same("unchanged", "get", "getNextVersion", "toJSON"),
    ],
  },
  {
    from: "@langchain/langgraph-checkpoint-postgres",
    to: "@threadmark/postgres",
    savers: { PostgresSaver: "PostgresSaver" },
    exports: [better("stores each value once, not with every checkpoint; supports PGlite", "PostgresSaver")],
    making: [
      same("all options may also be the second argument", "new PostgresSaver(pool, serde?, { schema })"),
      same("`close()` ends the pool that it creates", "PostgresSaver.fromConnString(url, { schema })"),
    ],
    options: [same("the same meaning and default", "schema")],
    methods: [
      ...CONTRACT,
      same("separate tables named `threadmark_…`, in the same schema if you like", "setup"),
      different("another name for `close`: ends the pool only if the saver created it", "end"),
      same("returns a saver at once", "fromConnString"),
    ],
  },
  {
    from: "@langchain/langgraph-checkpoint-postgres/store",
    to: undefined,
    savers: {},
    exports: [different(STORE, "PostgresStore")],
    making: [],
    options: [],
    methods: [],
  },
  {
    from: "@langchain/langgraph-checkpoint-mongodb",
    to: "@threadmark/mongodb",
    savers: { MongoDBSaver: "MongoDBSaver" },
    exports: [
      better("no 16 MB limit on a state; safe without transactions", "MongoDBSaver"),
      different(STORE, "MongoDBStore"),
    ],
    making: [same("", "new MongoDBSaver({ client, dbName }, serde?)")],
    options: [
      same("the same meaning", "client", "dbName"),
      different(
        "defaults to `threadmark_checkpoints`, so that both can share a database",
        "checkpointCollectionName",
      ),
      different("accepted but not needed: everything is in one collection", "checkpointWritesCollectionName"),
      different("accepted but not needed: threads always have their times", "enableTimestamps"),
      better("seconds, or `{ seconds, refreshOnRead }`; a thread expires as a whole", "ttl"),
    ],
    methods: [...CONTRACT, same("creates collection and indexes", "setup")],
  },
  {
    from: "@langchain/langgraph-checkpoint-sqlite",
    to: undefined,
    savers: {},
    exports: [
      different(
        "no SQLite saver here. `PostgresSaver.fromFolder(folder)` keeps threads in a folder without a server; `adopt` and `migrateThreads` take threads over from SQLite",
        "SqliteSaver",
      ),
    ],
    making: [],
    options: [],
    methods: [],
  },
  {
    from: "@langchain/langgraph-checkpoint-redis",
    to: "@threadmark/redis",
    savers: { RedisSaver: "RedisSaver" },
    exports: [better("needs neither RedisJSON nor RediSearch; Cluster, Sentinel and Valkey", "RedisSaver")],
    making: [
      same("", "RedisSaver.fromUrl(url, { defaultTTL, refreshOnRead })"),
      same("", "RedisSaver.fromCluster(nodes, { defaultTTL, refreshOnRead })"),
      same("", "new RedisSaver(client, { defaultTTL, refreshOnRead })"),
    ],
    options: [
      same("in minutes; all savers here also take `ttl: { seconds }`", "defaultTTL"),
      same("the same meaning", "refreshOnRead"),
    ],
    methods: [
      ...CONTRACT,
      same("unchanged", "get"),
      different("another name for `close`: closes the client only if the saver created it", "end"),
      same("returns a saver at once; you may `await` it", "fromUrl", "fromCluster"),
    ],
  },
  {
    from: "@langchain/langgraph-checkpoint-redis/shallow",
    to: "@threadmark/redis",
    savers: {},
    exports: [
      better(
        "every saver has `keepLatest: n`: the newest checkpoints stay, and forking them works",
        "ShallowRedisSaver",
      ),
    ],
    making: [],
    options: [],
    methods: [],
  },
  {
    from: "@langchain/langgraph-checkpoint-redis/store",
    to: undefined,
    savers: {},
    exports: [
      different(
        STORE,
        "FilterBuilder",
        "RedisStore",
        "isGetOperation",
        "isListNamespacesOperation",
        "isPutOperation",
        "isSearchOperation",
      ),
    ],
    making: [],
    options: [],
    methods: [],
  },
];
