import { clockFinding, note, ok, wrong, type Finding, type ServerCheck } from "./checks.ts";

interface PgClient {
  connect(): Promise<void>;
  query(text: string): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
}

/** Version, role, durability and clock of a Postgres. */
export const checkPostgres: ServerCheck = async ({ target }, load) => {
  const module = await load("pg");
  const { Client } = (module["default"] ?? module) as { Client: new (options: object) => PgClient };
  const client = new Client({ connectionString: target });
  await client.connect();
  try {
    const value = async (text: string): Promise<string> => {
      const { rows } = await client.query(text);
      return String(Object.values(rows[0] ?? {})[0]);
    };
    const version = Number(await value("SHOW server_version_num"));
    const sync = await value("SHOW synchronous_commit");
    const fsync = await value("SHOW fsync");
    const standby = (await value("SELECT pg_is_in_recovery()")) === "true";
    const readOnly = await value("SHOW default_transaction_read_only");
    const now = Number(await value("SELECT extract(epoch FROM clock_timestamp()) * 1000"));
    return [
      version >= 130_000 ? ok("version", `${version}`) : wrong("version", `${version} is older than 13`),
      standby || readOnly === "on"
        ? wrong("role", "this server accepts no writes")
        : ok("role", "accepts writes"),
      durability(fsync, sync),
      clockFinding(now),
    ];
  } finally {
    await client.end();
  }
};

function durability(fsync: string, sync: string): Finding {
  if (fsync === "off")
    return wrong("durability", "fsync is off: a crash of the machine may destroy the database");
  return sync === "off"
    ? note("durability", "synchronous_commit is off: the last writes before a crash may be lost")
    : ok("durability", `fsync on, synchronous_commit ${sync}`);
}

interface RedisClient {
  info(): Promise<string>;
  time(): Promise<[string | number, string | number]>;
  disconnect(): void;
}

/** Version, role, eviction, durability and clock of a Redis or Valkey. */
export const checkRedis: ServerCheck = async ({ target }, load) => {
  const module = await load("ioredis");
  const { Redis } = module as {
    Redis: new (url: string, options: object) => RedisClient & { on(event: string, then: () => void): void };
  };
  const client = new Redis(target, { lazyConnect: false, maxRetriesPerRequest: 1 });
  // The command that fails says what is wrong.
  client.on("error", () => {});
  try {
    const facts = factsIn(await client.info());
    const [seconds] = await client.time();
    const policy = facts.get("maxmemory_policy") ?? "noeviction";
    const bounded = facts.get("maxmemory") !== "0";
    const aof = facts.get("aof_enabled") === "1";
    return [
      ok("version", facts.get("valkey_version") ?? facts.get("redis_version") ?? "unknown"),
      facts.get("role") === "master"
        ? ok("role", "accepts writes")
        : wrong("role", "this server is a replica"),
      bounded && policy !== "noeviction"
        ? wrong(
            "eviction",
            `maxmemory-policy is ${policy}: threads are removed when memory is full; set noeviction`,
          )
        : ok("eviction", policy),
      aof
        ? ok("durability", "append-only file on; appendfsync says how much a crash may lose")
        : note("durability", "append-only file off: a restart loses what came after the last snapshot"),
      clockFinding(Number(seconds) * 1000),
    ];
  } finally {
    client.disconnect();
  }
};

function factsIn(info: string): Map<string, string> {
  const pairs = info.split(/\r?\n/).map((line) => line.split(":", 2));
  return new Map(pairs.filter((pair): pair is [string, string] => pair.length === 2));
}

interface MongoClient {
  db(name: string): { command(command: object): Promise<Record<string, unknown>> };
  close(): Promise<void>;
}

/** Version, role, durability and clock of a MongoDB. */
export const checkMongo: ServerCheck = async ({ target }, load) => {
  const { MongoClient } = (await load("mongodb")) as { MongoClient: new (url: string) => MongoClient };
  const client = new MongoClient(target);
  try {
    const admin = client.db("admin");
    const hello = await admin.command({ hello: 1 });
    const { version } = await admin.command({ buildInfo: 1 });
    const single = hello["setName"] === undefined && hello["msg"] !== "isdbgrid";
    return [
      Number.parseInt(String(version), 10) >= 5
        ? ok("version", String(version))
        : wrong("version", `${String(version)} is older than 5`),
      hello["isWritablePrimary"] === true
        ? ok("role", "accepts writes")
        : wrong("role", "this server accepts no writes"),
      single
        ? note("durability", "a single server: what it loses is lost")
        : ok("durability", "a replica set or a cluster; write concern majority survives a failover"),
      clockFinding((hello["localTime"] as Date).getTime()),
    ];
  } finally {
    await client.close();
  }
};
