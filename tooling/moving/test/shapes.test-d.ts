/** Every way in which LangGraph.js's own savers are made, with ours. The type check is the test. */
import { JsonPlusSerializer, type BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { PostgresSaver as OldPostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { MemorySaver } from "@threadmark/memory";
import { MongoDBSaver } from "@threadmark/mongodb";
import { PostgresSaver } from "@threadmark/postgres";
import { RedisSaver } from "@threadmark/redis";
import { Redis } from "ioredis";
import { MongoClient } from "mongodb-6";
import pg from "pg";

const serde = new JsonPlusSerializer();
const pool = new pg.Pool();
const ttl = { defaultTTL: 60, refreshOnRead: true };

export const shapes: readonly (() => BaseCheckpointSaver | Promise<BaseCheckpointSaver>)[] = [
  () => new MemorySaver(),
  () => new MemorySaver(serde),
  () => new PostgresSaver(pool),
  () => new PostgresSaver(pool, serde),
  () => new PostgresSaver(pool, undefined, { schema: "agents" }),
  () => PostgresSaver.fromConnString("postgres://localhost/agents"),
  () => PostgresSaver.fromConnString("postgres://localhost/agents", { schema: "agents" }),
  () => new MongoDBSaver({ client: new MongoClient("mongodb://localhost"), dbName: "agents", ttl: 60 }),
  () => new MongoDBSaver({ client: new MongoClient("mongodb://localhost"), enableTimestamps: true }, serde),
  () => RedisSaver.fromUrl("redis://localhost", ttl),
  () => RedisSaver.fromCluster([{ url: "redis://localhost" }], ttl),
  () => new RedisSaver(new Redis(), ttl),
  () => new PostgresSaver(pool, { adopt: new OldPostgresSaver(pool), keepLatest: 100 }),
];
