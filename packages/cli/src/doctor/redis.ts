import {
  clockFinding,
  note,
  ok,
  SWEEP_MILLISECONDS,
  sweepFinding,
  wrong,
  type Finding,
  type ServerCheck,
} from "./checks.ts";

interface RedisClient {
  info(): Promise<string>;
  time(): Promise<[string | number, string | number]>;
  config(command: "GET", name: string): Promise<string[]>;
  scan(cursor: string, ...options: (string | number)[]): Promise<[string, string[]]>;
  zcount(key: string, from: string, to: number): Promise<number>;
  disconnect(): void;
  on(event: "error", then: (error: Error) => void): void;
}

type Facts = ReadonlyMap<string, string>;

/** Version, role, eviction, durability, clock and sweeping of a Redis or Valkey. */
export const checkRedis: ServerCheck = async ({ target }, { prefix = "threadmark" }, load) => {
  const { Redis } = (await load("ioredis")) as { Redis: new (url: string, options: object) => RedisClient };
  const client = new Redis(target, { maxRetriesPerRequest: 1 });
  let unreachable: Error | undefined;
  client.on("error", (error) => (unreachable = error));
  try {
    const facts = factsIn(await client.info());
    const [seconds] = await client.time();
    // Many services do not allow CONFIG.
    const [, sync] = await client.config("GET", "appendfsync").catch((): string[] => []);
    return [
      versionFinding(facts),
      facts.get("role") === "master"
        ? ok("role", "accepts writes")
        : wrong("role", "a replica, which accepts no writes", "use the address of the primary"),
      evictionFinding(facts),
      durabilityFinding(facts, sync),
      clockFinding(Number(seconds) * 1000),
      sweepFinding(await expiredIn(client, prefix, Number(seconds) * 1000 - SWEEP_MILLISECONDS)),
    ];
  } catch (error) {
    // It says how often was tried, and not what went wrong.
    const hasGivenUp = error instanceof Error && error.name === "MaxRetriesPerRequestError";
    throw (hasGivenUp && unreachable) || error;
  } finally {
    client.disconnect();
  }
};

/** How many threads the indexes still have that expired before this time. Redis itself removes their data. */
async function expiredIn(client: RedisClient, prefix: string, before: number): Promise<number> {
  const pattern = `${prefix.replaceAll(/[\\*?[\]]/g, String.raw`\$&`)}{*}:expiry`;
  let [expired, cursor] = [0, "0"];
  do {
    const [next, keys] = await client.scan(cursor, "MATCH", pattern, "COUNT", 1000);
    for (const key of keys) expired += await client.zcount(key, "-inf", before);
    cursor = next;
  } while (cursor !== "0");
  return expired;
}

function factsIn(info: string): Facts {
  const pairs = info.split(/\r?\n/).map((line) => line.split(":", 2));
  return new Map(pairs.filter((pair): pair is [string, string] => pair.length === 2));
}

function versionFinding(facts: Facts): Finding {
  const version = facts.get("redis_version") ?? "0";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const valkey = facts.get("valkey_version");
  const text = valkey === undefined ? `Redis ${version}` : `Valkey ${valkey}`;
  return major > 6 || (major === 6 && minor >= 2)
    ? ok("version", text)
    : wrong("version", text, "update to Redis 6.2 or newer, or to Valkey");
}

function evictionFinding(facts: Facts): Finding {
  const policy = facts.get("maxmemory_policy") ?? "noeviction";
  if (facts.get("maxmemory") === "0") {
    return note(
      "eviction",
      `no limit on memory, maxmemory-policy ${policy}`,
      "set maxmemory with noeviction: writes are then refused when it is full, and nothing is lost",
    );
  }
  if (policy === "noeviction") return ok("eviction", policy);
  return wrong(
    "eviction",
    `maxmemory-policy is ${policy}: keys of threads are removed when memory is full`,
    "set maxmemory-policy noeviction",
  );
}

function durabilityFinding(facts: Facts, sync: string | undefined): Finding {
  if (facts.get("aof_enabled") !== "1") {
    return note(
      "durability",
      "the append-only file is off: a restart loses everything since the last snapshot",
      "if threads must survive a restart, set appendonly yes",
    );
  }
  return sync === "no"
    ? note(
        "durability",
        "appendfsync is no: a crash of the machine loses what the system had not yet written",
        "set appendfsync everysec or always",
      )
    : ok("durability", `append-only file on${sync === undefined ? "" : `, appendfsync ${sync}`}`);
}
