import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostgresSaver } from "@threadmark/postgres";
import { afterAll, beforeAll } from "vitest";

/** Folders for the tests of a file: one for anything, and in it one of PGlite with these threads. */
export interface ThreadFolder {
  readonly folder: string;
  readonly threads: string;
}

/** Stores threads of one checkpoint before the tests of a file, and removes them after these. */
export function useThreadFolder(ids: readonly string[]): ThreadFolder {
  const place = { folder: "", threads: "" };
  beforeAll(async () => {
    place.folder = await mkdtemp(join(tmpdir(), "threadmark-cli-"));
    place.threads = join(place.folder, "threads");
    await using saver = PostgresSaver.fromFolder(place.threads);
    const checkpoint = { v: 4, id: "1", ts: "", channel_values: {}, channel_versions: {}, versions_seen: {} };
    const metadata = { source: "input" as const, step: -1, parents: {} };
    for (const thread_id of ids) {
      await saver.put({ configurable: { thread_id, checkpoint_ns: "" } }, checkpoint, metadata, {});
    }
  });
  afterAll(() => rm(place.folder, { recursive: true }));
  return place;
}
