import { isCheckpointError } from "@threadmark/core";
import { ClauseFailure, HarnessError, NotApplicable, describeError } from "./assertions.ts";
import { CallLog, logged } from "./calls.ts";
import type { Clause, ClauseContext, Need } from "./clause.ts";
import { within } from "./host.ts";
import type { SuiteSettings } from "./options.ts";
import { seeded } from "./random.ts";
import { safeMessage } from "./safe-text.ts";
import type { OpenOptions, OpenedStore, TestedSaver } from "./saver.ts";

/** Milliseconds that the stores of one clause may take to close. */
const CLOSING_TIME = 5000;

/**
 * - `passed`, `failed`: the saver keeps the rule, or does not.
 * - `known failure`: it does not, as `knownFailures` says.
 * - `not applicable`: it is about something that the saver or its harness does not have.
 * - `not run`: the harness could not open a store, so that nothing is known about the saver.
 */
export type Status = "passed" | "failed" | "known failure" | "not applicable" | "not run";

/** How a clause ended. */
export interface Outcome {
  readonly status: Status;
  /** Why it did not pass; `""` when it did. */
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
    // The clauses say that it could not be opened.
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.close();
  }
}

/** Runs one clause, with a new store or the shared one. Never rejects. */
export async function runClause(
  tested: Clause,
  settings: SuiteSettings,
  shared: SharedStore,
): Promise<Outcome> {
  const own: OpenedStore[] = [];
  const log = new CallLog();
  try {
    const running = runOn(tested, settings, shared, { own, log });
    await within(
      running,
      settings.timeout,
      `it did not end within ${settings.timeout} ms: some promise never settles`,
    );
    return outcomeOfSuccess(tested, settings);
  } catch (error) {
    const outcome = outcomeOfError(tested, settings, error, log);
    return { ...outcome, message: safeMessage(outcome.message) };
  } finally {
    await closeAll(own);
  }
}

/** What one run of a clause opens and calls. */
interface Trace {
  readonly own: OpenedStore[];
  readonly log: CallLog;
}

async function runOn(
  tested: Clause,
  settings: SuiteSettings,
  shared: SharedStore,
  trace: Trace,
): Promise<void> {
  const lacking = tested.needs.find((need) => settings.without.includes(need));
  if (lacking !== undefined) throw new NotApplicable(withoutReason(lacking));
  let store: OpenedStore;
  if (settings.share && !tested.alone) {
    store = await shared.get();
  } else {
    store = await openStore(settings);
    trace.own.push(store);
  }
  for (const need of tested.needs) checkNeed(need, store);
  await tested.run(contextOf(tested, settings, store, trace));
}

function withoutReason(capability: string): string {
  return `the harness declares that it lacks ${capability}`;
}

async function openStore(settings: SuiteSettings): Promise<OpenedStore> {
  const opened = await openAny(settings);
  if (opened === undefined) throw new HarnessError("open() without options returned no store");
  return opened;
}

/** Opens a store. Whatever goes wrong here says nothing about the saver. */
async function openAny(settings: SuiteSettings, options?: OpenOptions): Promise<OpenedStore | undefined> {
  try {
    return await settings.open(options);
  } catch (error) {
    throw new HarnessError(`open() failed: ${describeError(error)}`, { cause: error });
  }
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
  { own, log }: Trace,
): ClauseContext {
  const prefix = `${settings.run}-${tested.id.replaceAll(/[^a-z0-9]+/g, "-")}`;
  return {
    saver: logged(store.saver, log),
    seed: settings.seed,
    sequences: settings.sequences,
    sizes: settings.sizes,
    random: seeded(settings.seed),
    threadId: (name = "thread") => `${prefix}-${name}`,
    reopen: async () => logged(await reopen(store), log),
    async openWith(options) {
      const names = Object.keys(options) as (keyof OpenOptions)[];
      const lacking = names.find((name) => settings.without.includes(name));
      if (lacking !== undefined) throw new NotApplicable(withoutReason(lacking));
      const opened = await openAny(settings, options);
      if (opened === undefined) {
        throw new NotApplicable(`the harness cannot open a saver with ${names.join(" and ")}`);
      }
      own.push(opened);
      return loggedStore(opened, log);
    },
    async openFresh() {
      const opened = await openStore(settings);
      own.push(opened);
      return loggedStore(opened, log);
    },
  };
}

function loggedStore(store: OpenedStore, log: CallLog): OpenedStore {
  const { reopen: again } = store;
  return {
    saver: logged(store.saver, log),
    ...(again && { reopen: async () => logged(await again(), log) }),
    close: () => store.close(),
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

function outcomeOfSuccess({ id }: Clause, { knownFailures }: SuiteSettings): Outcome {
  if (!knownFailures.includes(id)) return { status: "passed", message: "", error: undefined };
  const message = "It passes now but is listed in knownFailures: remove it from that list.";
  return { status: "failed", message, error: new ClauseFailure(message) };
}

function outcomeOfError(tested: Clause, settings: SuiteSettings, error: unknown, log: CallLog): Outcome {
  if (error instanceof HarnessError) return { status: "not run", message: error.message, error };
  const reason = reasonNotToApply(error);
  if (reason !== undefined && !(settings.everything && isDemanded(tested, settings))) {
    return { status: "not applicable", message: reason, error };
  }
  const problem =
    reason ?? (error instanceof ClauseFailure ? error.message : `Unexpected: ${describeError(error)}`);
  const status = settings.knownFailures.includes(tested.id) ? "known failure" : "failed";
  const message = [
    problem,
    `The contract: ${tested.rule}`,
    `What to do: ${tested.hint}`,
    ...callLines(log),
  ].join("\n");
  return { status, message, error };
}

/** What the harness says that it is without is not asked of it, not even where everything is. */
function isDemanded({ needs }: Clause, { without }: SuiteSettings): boolean {
  return !needs.some((need) => without.includes(need));
}

function callLines(log: CallLog): string[] {
  const lines = log.toLines();
  return lines.length === 0
    ? []
    : ["The calls, the last one at the end:", ...lines.map((line) => `  ${line}`)];
}

function reasonNotToApply(error: unknown): string | undefined {
  if (error instanceof NotApplicable) return error.message;
  if (isCheckpointError(error, "NOT_SUPPORTED")) return error.message;
  return undefined;
}
