import type { Node, Server } from "@threadmark/services";
import { Cluster, Redis } from "ioredis";
import { MongoClient } from "mongodb";
import pg from "pg";

/** Writes a value with the client that applications use for this server, and reads it back. */
export async function roundTrip(
  server: Pick<Server, "kind" | "url" | "facts">,
  value: string,
): Promise<string> {
  const { kind, url, facts } = server;
  switch (kind) {
    case "redis":
    case "valkey":
      return onRedis(new Redis(url), value);
    case "redis-cluster":
      return onRedis(new Cluster(facts["nodes"]!.split(",").map(hostAndPort)), value);
    case "redis-sentinel": {
      const sentinels = facts["sentinels"]!.split(",").map(hostAndPort);
      return onRedis(new Redis({ sentinels, name: facts["name"]! }), value);
    }
    case "mongodb":
    case "mongodb-replica-set":
      return onMongoDB(url, value);
    default:
      return onPostgres(url, value);
  }
}

function hostAndPort(address: string): { host: string; port: number } {
  const [host, port] = address.split(":");
  return { host: host!, port: Number(port) };
}

async function onRedis(client: Redis | Cluster, value: string): Promise<string> {
  try {
    await client.set("threadmark", value);
    return String(await client.get("threadmark"));
  } finally {
    client.disconnect();
  }
}

async function onMongoDB(url: string, value: string): Promise<string> {
  await using client = await MongoClient.connect(url);
  const values = client.db("threadmark").collection<{ _id: string; value: string }>("values");
  await values.replaceOne(
    { _id: "one" },
    { value },
    { upsert: true, writeConcern: { w: "majority", j: true } },
  );
  return (await values.findOne({ _id: "one" }))!.value;
}

async function onPostgres(connectionString: string, value: string): Promise<string> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query("CREATE TEMPORARY TABLE value AS SELECT $1::text AS value", [value]);
    return (await client.query<{ value: string }>("SELECT value FROM value")).rows[0]!.value;
  } finally {
    await client.end();
  }
}

/** A client that goes on trying, as long as the test runs. */
export function redisOn({ port }: Pick<Node, "port">): Redis {
  const client = new Redis(port, "127.0.0.1", { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on("error", () => {});
  return client;
}
