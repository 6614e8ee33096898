import type { CheckpointStorage } from "@threadmark/core/storage";
import { ClauseFailure, HarnessError, describeError } from "../assertions.ts";
import { within } from "../host.ts";
import type { Outcome } from "../run-clause.ts";
import type { StorageClause } from "./clause.ts";
import type { OpenedStorage, StorageSettings } from "./options.ts";

/** The storage of a run, opened by the first clause. */
export class StorageUnderTest {
  readonly #settings: StorageSettings;
  #opened: Promise<OpenedStorage> | undefined;

  constructor(settings: StorageSettings) {
    this.#settings = settings;
  }

  get(): Promise<OpenedStorage> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.close();
  }

  async #open(): Promise<OpenedStorage> {
    try {
      const opened = await this.#settings.open();
      await opened.storage.setup();
      return opened;
    } catch (error) {
      throw new HarnessError(`open() or setup() failed: ${describeError(error)}`, { cause: error });
    }
  }
}

/** Runs one clause on the empty storage. Never rejects. */
export async function runStorageClause(
  tested: StorageClause,
  settings: StorageSettings,
  subject: StorageUnderTest,
): Promise<Outcome> {
  try {
    const late = `it did not end within ${settings.timeout} ms: some promise never settles`;
    await within(runOn(tested, settings, subject), settings.timeout, late);
    return { status: "passed", message: "", error: undefined };
  } catch (error) {
    if (error instanceof HarnessError) return { status: "not run", message: error.message, error };
    const problem = error instanceof ClauseFailure ? error.message : `Unexpected: ${describeError(error)}`;
    const message = [problem, `The port: ${tested.rule}`, `What to do: ${tested.hint}`].join("\n");
    return { status: "failed", message, error };
  }
}

async function runOn(
  tested: StorageClause,
  settings: StorageSettings,
  subject: StorageUnderTest,
): Promise<void> {
  const { storage, clear = () => clearThroughPort(storage) } = await subject.get();
  await clear();
  const { seed, sequences, programs } = settings;
  await tested.run({ storage, clear, seed, sequences, programs });
}

/** Deletes every thread, the expired ones too. */
async function clearThroughPort(storage: CheckpointStorage): Promise<void> {
  for (;;) {
    const { threads } = await storage.threads({
      thread: undefined,
      filter: [],
      after: undefined,
      limit: 100,
      pendingChannels: [],
    });
    if (threads.length > 0) await storage.deleteThreads(threads.map(({ thread }) => thread));
    const swept = await storage.sweep({ thread: undefined, limit: 100 });
    if (threads.length === 0 && swept === 0) return;
  }
}
