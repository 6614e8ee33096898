import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PostgresSaver } from "@threadmark/postgres";
import { putPGlite } from "@threadmark/services/pglite";
import { afterAll, beforeAll } from "vitest";

/** A folder for the tests of a file. */
export interface Folder {
  readonly folder: string;
}

/** The same, and in it a folder of PGlite. */
export interface ThreadFolder extends Folder {
  readonly threads: string;
}

/** Creates a folder before the tests of a file, and removes it after them. */
export function useFolder(): Folder {
  const place = { folder: "" };
  beforeAll(async () => {
    place.folder = await mkdtemp(join(tmpdir(), "threadmark-cli-"));
  });
  afterAll(() => rm(place.folder, { recursive: true }));
  return place;
}

/** The same, and stores threads of one checkpoint in a folder of PGlite in it. */
export function useThreadFolder(ids: readonly string[]): ThreadFolder {
  const place = useFolder();
  const threads = (): string => join(place.folder, "threads");
  beforeAll(async () => {
    await putPGlite(threads());
    await using saver = PostgresSaver.fromFolder(threads());
    const checkpoint = { v: 4, id: "1", ts: "", channel_values: {}, channel_versions: {}, versions_seen: {} };
    const metadata = { source: "input" as const, step: -1, parents: {} };
    for (const thread_id of ids) {
      await saver.put({ configurable: { thread_id, checkpoint_ns: "" } }, checkpoint, metadata, {});
    }
  });
  return {
    get folder() {
      return place.folder;
    },
    get threads() {
      return threads();
    },
  };
}
