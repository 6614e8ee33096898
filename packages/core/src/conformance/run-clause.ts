import { isCheckpointError } from "../errors.ts";
import { ClauseFailure, NotApplicable, describeError } from "./assertions.ts";
import type { Clause, ClauseContext, Need } from "./clause.ts";
import { within } from "./host.ts";
import type { SuiteSettings } from "./options.ts";
import { seeded } from "./random.ts";
import type { OpenedStore, TestedSaver } from "./saver.ts";

/** Milliseconds that the stores of one clause may take to close. */
const CLOSING_TIME = 5000;

/** How a clause ended. */
export interface Outcome {
  readonly status: "passed" | "failed" | "not applicable";
  /** Why it failed or does not apply; `""` when it passed. */
  readonly message: string;
  readonly error: unknown;
}

/** A store that all clauses of a run may share. It is opened by the first that wants it. */
export class SharedStore {
  readonly #settings: SuiteSettings;
  #opened: Promise<OpenedStore> | undefined;

  constructor(settings: SuiteSettings) {
    this.#settings = settings;
  }

  get(): Promise<OpenedStore> {
    this.#opened ??= openStore(this.#settings);
    return this.#opened;
  }

  async close(): Promise<void> {
    const opened = await this.#opened;
    await opened?.close();
  }
}

/** Runs one clause, with a store of its own or the shared one. Never rejects. */
export async function runClause(
  tested: Clause,
  settings: SuiteSettings,
  shared: SharedStore,
): Promise<Outcome> {
  const own: OpenedStore[] = [];
  try {
    const running = runOn(tested, settings, shared, own);
    await within(
      running,
      settings.timeout,
      `it did not end within ${settings.timeout} ms: some promise never settles`,
    );
    return { status: "passed", message: "", error: undefined };
  } catch (error) {
    return outcomeOfError(tested, settings, error);
  } finally {
    await closeAll(own);
  }
}

async function runOn(
  tested: Clause,
  settings: SuiteSettings,
  shared: SharedStore,
  own: OpenedStore[],
): Promise<void> {
  let store: OpenedStore;
  if (settings.share && !tested.alone) {
    store = await shared.get();
  } else {
    store = await openStore(settings);
    own.push(store);
  }
  for (const need of tested.needs) checkNeed(need, store);
  await tested.run(contextOf(tested, settings, store, own));
}

async function openStore(settings: SuiteSettings): Promise<OpenedStore> {
  const opened = await settings.open();
  if (opened === undefined) throw new Error("open() without options returned no store");
  return opened;
}

function checkNeed(need: Need, store: OpenedStore): void {
  if (need === "reopen") {
    if (store.reopen === undefined) throw new NotApplicable("the harness cannot reopen the store");
  } else if (typeof store.saver[need] !== "function") {
    throw new NotApplicable(`the saver has no method ${need}`);
  }
}

function contextOf(
  tested: Clause,
  settings: SuiteSettings,
  store: OpenedStore,
  own: OpenedStore[],
): ClauseContext {
  const prefix = `${settings.run}-${tested.id.replaceAll(/[^a-z0-9]+/g, "-")}`;
  return {
    saver: store.saver,
    seed: settings.seed,
    sequences: settings.sequences,
    sizes: settings.sizes,
    random: seeded(settings.seed),
    threadId: (name = "thread") => `${prefix}-${name}`,
    reopen: () => reopen(store),
    async openWith(options) {
      const opened = await settings.open(options);
      if (opened === undefined) {
        const wanted = Object.keys(options).join(" and ");
        throw new NotApplicable(`the harness cannot open a saver with ${wanted}`);
      }
      own.push(opened);
      return opened;
    },
  };
}

function reopen(store: OpenedStore): Promise<TestedSaver> {
  if (store.reopen === undefined) throw new NotApplicable("the harness cannot reopen the store");
  return store.reopen();
}

async function closeAll(stores: readonly OpenedStore[]): Promise<void> {
  // A clause that hangs may hang the closing too, and its own failure is the one to tell.
  const closing = Promise.allSettled(stores.map((store) => store.close()));
  await within(closing, CLOSING_TIME, "closing takes too long").catch(() => undefined);
}

function outcomeOfError(tested: Clause, settings: SuiteSettings, error: unknown): Outcome {
  const reason = reasonNotToApply(error);
  if (reason !== undefined && !settings.everything) {
    return { status: "not applicable", message: reason, error };
  }
  const problem =
    reason ?? (error instanceof ClauseFailure ? error.message : `Unexpected: ${describeError(error)}`);
  const message = `${problem}\nThe contract: ${tested.rule}\nWhat to do: ${tested.hint}`;
  return { status: "failed", message, error };
}

function reasonNotToApply(error: unknown): string | undefined {
  if (error instanceof NotApplicable) return error.message;
  if (isCheckpointError(error, "NOT_SUPPORTED")) return error.message;
  return undefined;
}
