import { withFallbacks, type WholeStorage } from "@threadmark/core/storage";
import { ClauseFailure, HarnessError, describeError } from "../assertions.ts";
import { within } from "../host.ts";
import type { Outcome } from "../run-clause.ts";
import { safeMessage } from "../safe-text.ts";
import type { StorageClause } from "./clause.ts";
import type { OpenStorage, StorageSettings } from "./options.ts";

/** A storage that was opened, with all methods of the port. */
interface Subject {
  readonly storage: WholeStorage;
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** The storage of a run, opened by the first clause. */
export class StorageUnderTest {
  readonly #settings: StorageSettings;
  #opened: Promise<Subject> | undefined;

  constructor(settings: StorageSettings) {
    this.#settings = settings;
  }

  get(): Promise<Subject> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.close();
  }

  async #open(): Promise<Subject> {
    try {
      const subject = await openWhole(this.#settings.open);
      await subject.storage.setup();
      return subject;
    } catch (error) {
      throw new HarnessError(`open() or setup() failed: ${describeError(error)}`, { cause: error });
    }
  }
}

/** What the storage leaves out is tested as core makes it. */
async function openWhole(open: OpenStorage): Promise<Subject> {
  const opened = await open();
  const storage = withFallbacks(opened.storage);
  return {
    storage,
    clear: async () => (opened.clear ? opened.clear() : clearThroughPort(storage)),
    close: async () => opened.close(),
  };
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
    if (error instanceof HarnessError)
      return { status: "not run", message: safeMessage(error.message), error };
    const problem = error instanceof ClauseFailure ? error.message : `Unexpected: ${describeError(error)}`;
    const message = [problem, `The port: ${tested.rule}`, `What to do: ${tested.hint}`].join("\n");
    return { status: "failed", message: safeMessage(message), error };
  }
}

async function runOn(
  tested: StorageClause,
  settings: StorageSettings,
  subject: StorageUnderTest,
): Promise<void> {
  const { storage, clear } = await subject.get();
  await clear();
  const { seed, sequences, programs } = settings;
  await tested.run({ storage, clear, seed, sequences, programs });
}

/** Deletes every thread, the expired ones too. */
async function clearThroughPort(storage: WholeStorage): Promise<void> {
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
