/** Test files of a package. */
export interface Part {
  /** As people name it. */
  readonly saver: string;
  readonly folder: string;
  readonly files: readonly string[];
}

const POSTGRES = "packages/postgres";
const REDIS = "packages/redis";
const MONGODB = "packages/mongodb";

function part(saver: string, folder: string, ...files: readonly string[]): Part {
  return { saver, folder, files: files.map((file) => `test/${file}.test.ts`) };
}

/** What is done to savers and their servers, and the tests that do it. */
export const attacks: Readonly<Record<string, readonly Part[]>> = {
  flips: [
    part("memory", "tooling/storage-tests", "damage"),
    part("postgres", POSTGRES, "damage"),
    part("redis", REDIS, "damage"),
    part("mongodb", MONGODB, "internal/damage", "internal/damaged-threads"),
  ],
  rollbacks: [
    part("memory", "packages/conformance", "storage/suite"),
    part("postgres", POSTGRES, "rolled-back", "internal/rolled-back"),
    part("redis", REDIS, "rolled-back", "internal/rolled-back"),
    part("mongodb", MONGODB, "rollback", "internal/rolled-back"),
  ],
  kills: [
    part("adopt", "tooling/moving", "killed"),
    part("pglite", POSTGRES, "folder-lock", "folder"),
    part("postgres", POSTGRES, "server-faults"),
    part("redis", REDIS, "server-faults", "failover"),
    part("mongodb", MONGODB, "faults", "failover"),
  ],
  "workflow-kills": ["pglite", "postgres", "redis", "mongodb"].map((saver) =>
    part(saver, "tooling/workflow", `kills-${saver}`),
  ),
  races: [
    part("postgres", POSTGRES, "concurrency"),
    part("redis", REDIS, "concurrency"),
    part("mongodb", MONGODB, "concurrency"),
  ],
};
