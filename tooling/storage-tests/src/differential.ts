import type { CheckpointStorage } from "@threadmark/core/storage";
import { MemoryStorage } from "@threadmark/memory";
import { rounds } from "@threadmark/random-tests";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import {
  comparable,
  contentOf,
  operation,
  perform,
  REFUSED_REMOVAL,
  sorted,
  type Operation,
} from "./random-operations.ts";

/** A storage with data of its own. */
export interface StorageUnderTest {
  readonly storage: CheckpointStorage;
  /** Removes everything that is stored. */
  clear(): Promise<void>;
  /** Called after the last test. */
  close(): Promise<void>;
}

/** Registers a test: random calls get the same answers from a storage as from the one in memory. */
export function agreesWithMemory(
  { storage, clear, close }: StorageUnderTest,
  { sequences }: { readonly sequences: number },
): void {
  afterAll(async () => {
    await clear();
    await close();
  });

  it("answers random calls as the storage in memory does", async () => {
    await storage.setup();
    const { scanAllThreads } = storage.capabilities;
    const possible = operation.filter((call) => scanAllThreads || !isScanOfAll(call));
    const property = fc.asyncProperty(
      fc.array(possible, { minLength: 10, maxLength: 60, size: "max" }),
      async (operations) => {
        await clear();
        const model = new MemoryStorage();
        for (const call of operations) {
          const [expected, actual] = [await perform(model, call), await perform(storage, call)];
          expect(answerOf(call.name, actual)).toEqual(answerOf(call.name, expected));
        }
        const [expected, actual] = [
          await contentOf(model, scanAllThreads),
          await contentOf(storage, scanAllThreads),
        ];
        expect(comparable(actual)).toEqual(comparable(expected));
      },
    );
    await fc.assert(property, { ...rounds(sequences), examples: [[REFUSED_REMOVAL]] });
  }, 300_000);
}

function isScanOfAll({ name, request }: Operation): boolean {
  return name === "scan" && request.thread === undefined;
}

type Outline = Readonly<Record<string, unknown>>;

function outlineOf({ namespace, id, parent, parentSeal, run, header, seal }: Outline): Outline {
  return { namespace, id, parent, parentSeal, run, header, seal };
}

function answerOf(name: string, answer: unknown): unknown {
  const plain = comparable(answer);
  if (name === "blobs") return sorted(plain as unknown[]);
  if (name === "outline") {
    const page = plain as { checkpoints: Outline[]; more: boolean };
    return { ...page, checkpoints: page.checkpoints.map(outlineOf) };
  }
  if (name === "ancestors") {
    const line = plain as { checkpoint: Outline; writes: unknown[] }[];
    return line.map(({ checkpoint, writes }) => ({
      checkpoint: outlineOf(checkpoint),
      writes: sorted(writes),
    }));
  }
  // What a byte is differs from storage to storage.
  if (name === "stats") return (plain as { checkpoints: number } | undefined)?.checkpoints;
  // One that has expired may count or not.
  if (name === "deleteThreads") return undefined;
  // The order is by time, which the two storages do not share.
  if (name !== "threads") return plain;
  const page = plain as { threads: unknown[]; more: boolean };
  return { ...page, threads: sorted(page.threads) };
}
