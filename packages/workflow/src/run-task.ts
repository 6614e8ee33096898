import type { PendingWrite } from "@threadmark/core";
import { argumentsHash } from "./argument-hash.ts";
import { attempt, type Outcome } from "./attempt.ts";
import { cachedWrites, cacheWrites } from "./cache.ts";
import { pauseFor } from "./clock.ts";
import { Pause } from "./command.ts";
import { storedError, WorkflowError } from "./errors.ts";
import { callIdentity, type TaskIdentity } from "./identity.ts";
import type { CallRecord } from "./journal.ts";
import { CALL, ERROR, INTERRUPT, PUSH, RESUME, RETURN } from "./layout.ts";
import { Slot } from "./limiter.ts";
import { noteGiven, showReturned } from "./message-stream.ts";
import { waitBeforeRetry } from "./retry.ts";
import type { Run } from "./run.ts";
import { Scope } from "./scope.ts";
import type { TaskDefinition } from "./task.ts";

/** One call of a task. */
interface Call {
  readonly run: Run;
  readonly task: TaskDefinition;
  readonly args: unknown[];
  readonly identity: TaskIdentity;
  readonly record: CallRecord;
}

/** Calls a task, unless its result is stored. */
export async function runTask(
  caller: Scope,
  task: TaskDefinition,
  args: unknown[],
  place: number | string,
): Promise<unknown> {
  const { run } = caller;
  run.tree.checkName("task", task.name, task.code);
  const identity = callIdentity(run.identity, caller.identity, task.name, place);
  // This comes before the task runs, because the task may change its arguments.
  const hash = run.recorder ? argumentsHash(args) : "";
  const call: Call = { run, task, args, identity, record: [caller.identity.id, place, task.name, hash] };
  run.called.add(task.name);
  noteGiven(run.tree, args);
  run.events.started(identity, args, PUSH);
  const stored = storedResult(caller, call);
  if (stored) {
    run.events.served(identity, stored.value);
    return stored.value;
  }
  run.tree.checkMayRun(run.name, task.name);
  const cached = await fromCache(call);
  if (cached) return cached.value;
  const { scope, outcome } = await execute(call);
  return settle(call, scope, outcome);
}

function storedResult(caller: Scope, { run, task, identity, record }: Call): { value: unknown } | undefined {
  const [callerId, place, , hash] = record;
  const before = run.journal.callAt(callerId, place);
  const names = [task.name, ...task.aliases];
  if (before && !names.includes(before[2])) refuse(run, place, `task "${before[2]}"`, `task "${task.name}"`);
  for (const name of names) {
    const known = name === task.name ? identity : callIdentity(run.identity, caller.identity, name, place);
    const { result, call } = run.journal.of(known.id);
    if (!result) continue;
    if (call && call[3] !== hash) {
      refuse(run, place, `task "${name}" with arguments ${call[3]}`, `it with arguments ${hash}`);
    }
    return result;
  }
  return undefined;
}

function refuse(run: Run, place: number | string, stored: string, called: string): never {
  run.tree.fail(
    new WorkflowError(
      "NON_DETERMINISTIC",
      `call ${place} of workflow "${run.name}" was ${stored} when its result was stored, and is now ${called}; ` +
        "a workflow must call the same tasks with the same arguments in the same order. " +
        "Where the order may change, use task.withKey(id)",
    ),
  );
}

async function fromCache({
  run,
  task,
  args,
  identity,
  record,
}: Call): Promise<{ value: unknown } | undefined> {
  const { cache } = run.tree;
  if (!task.cache || !cache) return undefined;
  const writes = await cachedWrites(cache, task.cache, task.name, args);
  const result = writes?.find(([channel]) => channel === RETURN);
  if (!result) return undefined;
  await run.store(identity, [result, [CALL, record]]);
  run.events.served(identity, result[1]);
  return { value: result[1] };
}

async function execute(call: Call): Promise<{ scope: Scope; outcome: Outcome }> {
  const { run, task, args, identity } = call;
  const { tree } = run;
  const slot = new Slot(tree.limiter);
  await slot.take();
  try {
    for (let number = 1; ; number++) {
      const controller = task.timeout && new AbortController();
      const scope = new Scope(run, identity, number, slot, controller);
      const code = task.mock ?? task.code;
      const outcome = await attempt(scope, task.timeout, controller, () => {
        tree.check();
        return task.takesContext ? code(scope.context, ...args) : code(...args);
      });
      if (outcome.kind !== "failed" || tree.fatal || tree.aborted) return { scope, outcome };
      const wait = waitBeforeRetry(task.retry, number, outcome.error);
      if (wait === undefined) return { scope, outcome };
      await pauseFor(tree.clock, wait, tree.signal);
    }
  } finally {
    slot.give();
  }
}

async function settle(call: Call, scope: Scope, outcome: Outcome): Promise<unknown> {
  const { run, identity } = call;
  if (outcome.kind === "returned") return keep(call, scope, outcome.value);
  if (outcome.kind === "paused") {
    if (!run.tree.aborted) await run.store(identity, pausedWrites(scope, outcome.interrupts));
    throw new Pause(outcome.interrupts);
  }
  if (!run.tree.aborted && !run.tree.fatal) {
    await run.store(identity, failedWrites(run, scope, outcome.error));
    run.events.failed(identity, storedError(outcome.error));
  }
  throw outcome.error;
}

/** A result is stored even if the run has been given up: the task has done its work. */
async function keep(
  { run, task, args, identity, record }: Call,
  scope: Scope,
  value: unknown,
): Promise<unknown> {
  const result: PendingWrite = [RETURN, value];
  await run.store(identity, [...answersOf(scope), result, [CALL, record]]);
  const { cache } = run.tree;
  if (task.cache && cache) await cacheWrites(cache, task.cache, task.name, args, [result]);
  // A body is run once; a task may be retried, and then calls what it has called before.
  if (record[0] !== run.body.id) run.journal.remember(identity.id, value, record);
  showReturned(scope, value);
  run.events.returned(identity, value, false);
  return value;
}

/** The answers that an attempt got, for the next time. */
export function answersOf(scope: Scope): PendingWrite[] {
  return scope.asked && scope.answers.length > 0 ? [[RESUME, scope.answers]] : [];
}

export function pausedWrites(scope: Scope, interrupts: readonly unknown[]): PendingWrite[] {
  return [[INTERRUPT, interrupts], ...answersOf(scope)];
}

/** A question that was answered is no longer open, although the task did not finish. */
export function failedWrites(run: Run, scope: Scope, error: unknown): PendingWrite[] {
  const asked = run.journal.of(scope.identity.id).interrupts.length > 0;
  const cleared: PendingWrite[] = asked ? [[INTERRUPT, []]] : [];
  return [...cleared, ...answersOf(scope), [ERROR, storedError(error)]];
}
