import { randomUUID } from "node:crypto";
import type { CheckpointSaver, CheckpointSaverOptions } from "@threadmark/core";
import { MongoDBSaver } from "@threadmark/mongodb";
import { PostgresSaver } from "@threadmark/postgres";
import { RedisSaver } from "@threadmark/redis";
import { servers, type Server } from "@threadmark/services";

/** A place for threads, and how the command line names it. */
interface Place {
  readonly args: readonly string[];
  /** Options that say the same of the store that a migration comes from. */
  readonly from: readonly string[];
  open(options?: CheckpointSaverOptions): CheckpointSaver;
}

export interface Kind {
  readonly name: string;
  readonly server: Server;
  /** Whether it has to be set up. */
  readonly unset: boolean;
  make(name?: string): Place;
}

/** A name that no other test uses. */
export function newName(): string {
  return `cli_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
}

/** Every kind of store of ours that this run can have. */
export const kinds: readonly Kind[] = [
  ...servers("postgres").map((server): Kind => ({
    name: "Postgres",
    server,
    unset: true,
    make(schema = newName()) {
      const { url } = server;
      return {
        args: [url, "--schema", schema],
        from: [url, "--from-schema", schema],
        open: (options) => PostgresSaver.fromConnString(url, { ...options, schema }),
      };
    },
  })),
  ...servers("redis").map((server): Kind => ({
    name: "Redis",
    server,
    unset: false,
    make(keyPrefix = newName()) {
      const { url } = server;
      return {
        args: [url, "--prefix", keyPrefix],
        from: [url, "--from-prefix", keyPrefix],
        open: (options) => RedisSaver.fromUrl(url, { ...options, keyPrefix }),
      };
    },
  })),
  ...servers("mongodb").map((server): Kind => ({
    name: "MongoDB",
    server,
    unset: true,
    make(dbName = newName()) {
      const { url } = server;
      return {
        args: [url, "--db", dbName],
        from: [url, "--from-db", dbName],
        open: (options) => MongoDBSaver.fromConnString(url, { ...options, dbName }),
      };
    },
  })),
];
