import type { CheckpointSaver } from "@threadmark/core";
import { MemorySaver } from "@threadmark/memory";
import { MongoDBSaver } from "@threadmark/mongodb";
import { PostgresSaver } from "@threadmark/postgres";
import { RedisSaver } from "@threadmark/redis";
import { firstServer } from "@threadmark/services";

interface Soaked {
  /** What it needs, as `tooling/services` names it. */
  readonly services: readonly string[];
  open(): CheckpointSaver;
}

/** A saver that owns its client, for the client's connections are counted too. */
export const savers: Readonly<Record<string, Soaked>> = {
  memory: { services: [], open: () => new MemorySaver() },
  postgres: {
    services: ["postgres:17"],
    open: () => PostgresSaver.fromConnString(firstServer("postgres").url),
  },
  redis: { services: ["redis:8"], open: () => RedisSaver.fromUrl(firstServer("redis").url) },
  mongodb: { services: ["mongodb"], open: () => MongoDBSaver.fromConnString(firstServer("mongodb").url) },
};
