import { checkpointId } from "../thread.ts";
import type { Random } from "../random.ts";
import {
  NAMESPACES,
  PATHS,
  TASKS_OF_MODEL,
  THREADS,
  type GetOperation,
  type ListOperation,
  type Operation,
  type PutOperation,
  type WriteOperation,
} from "./operations.ts";
import { ReferenceModel } from "./reference.ts";

/** Which operations the saver has in addition to those of the contract's first part. */
export interface Extras {
  readonly copy: boolean;
  readonly prune: boolean;
}

/** A plausible sequence: children of existing checkpoints, forks, retries, and deletions in between. */
export function generate(random: Random, length: number, extras: Extras): Operation[] {
  const model = new ReferenceModel();
  // Few threads and ids at a time, so that operations meet.
  const threads = random.shuffle(THREADS.map((_, index) => index)).slice(0, 2);
  const namespaces = random.shuffle(NAMESPACES).slice(0, 2);
  const operations: Operation[] = [];
  while (operations.length < length) {
    const place = { thread: random.pick(threads), namespace: random.pick(namespaces) };
    const operation = next(random, model, place, threads, extras);
    apply(model, operation);
    operations.push(operation);
  }
  return operations;
}

interface Place {
  readonly thread: number;
  readonly namespace: string;
}

function next(
  random: Random,
  model: ReferenceModel,
  place: Place,
  threads: readonly number[],
  extras: Extras,
): Operation {
  const dice = random.below(100);
  if (dice < 42) return makePut(random, model, place);
  if (dice < 62) return makeWrite(random, place);
  if (dice < 77) return makeGet(random, place);
  if (dice < 92) return makeList(random, place);
  const { thread } = place;
  const to = random.pick(threads);
  if (dice < 95 && extras.prune) return { kind: "prune", thread, keepLatest: 1 + random.below(3) };
  if (dice < 97 && extras.copy && to !== thread) return { kind: "copy", thread, to };
  return { kind: "delete", thread };
}

/** What a sequence does to the model; reads do nothing. */
export function apply(model: ReferenceModel, operation: Operation): void {
  if (operation.kind === "put") model.put(operation);
  if (operation.kind === "write") model.write(operation);
  if (operation.kind === "delete") model.delete(operation.thread);
  if (operation.kind === "prune") model.prune(operation.thread, operation.keepLatest);
  if (operation.kind === "copy" && model.has(operation.thread) && !model.has(operation.to)) {
    model.copy(operation.thread, operation.to);
  }
}

function makePut(random: Random, model: ReferenceModel, place: Place): PutOperation {
  const { thread, namespace } = place;
  const all = model.list({ ...place, id: undefined, before: undefined, filter: undefined });
  // Mostly the latest continues; otherwise a fork, a retry, or a start without a parent.
  const base = random.chance(0.6)
    ? all[0]
    : random.chance(0.8)
      ? random.pick([undefined, ...all])
      : undefined;
  const metadata = metadataFor(random);
  if (base !== undefined && random.chance(0.15)) {
    const { id, values, versions } = base;
    return { kind: "put", thread, namespace, id, parent: id, values, versions, newVersions: {}, metadata };
  }
  const values: Record<string, unknown> = { ...base?.values };
  const versions = { ...base?.versions };
  const newVersions: Record<string, number | string> = {};
  const version = 1 + Math.max(0, ...Object.values(versions).map(Number));
  for (const channel of ["a", "b", "constructor", "long"]) {
    if (base !== undefined && random.chance(0.6)) continue;
    versions[channel] = version;
    newVersions[channel] = version;
    if (random.chance(0.15)) delete values[channel];
    else values[channel] = valueFor(random, values[channel]);
  }
  const id = randomId(random);
  const put = { kind: "put" as const, thread, namespace, id, values, versions, metadata };
  // A checkpoint that replaces itself has no other to carry values over from.
  if (base?.id === id) return { ...put, parent: base.parent, newVersions: versions };
  return { ...put, parent: base?.id, newVersions };
}

function randomId(random: Random): string {
  return random.chance(0.9) ? checkpointId(1 + random.below(15)) : random.pick(["1", "10", "z:z"]);
}

function metadataFor(random: Random): Record<string, unknown> {
  return {
    source: random.pick(["loop", "input", "fork"]),
    step: random.below(5),
    parents: {},
    ...(random.chance(0.5) ? { tag: random.pick(["x", "y", null, 1, true]) } : {}),
    ...(random.chance(0.5) ? { nested: random.pick([{ a: 1, b: [2] }, { b: [2] }, []]) } : {}),
  };
}

function valueFor(random: Random, before: unknown): unknown {
  const dice = random.below(6);
  if (dice === 0) return random.pick([null, true, 0, "", "text", [], {}]);
  if (dice === 1) return { n: random.below(10), list: [{ deep: `${random.below(10)}` }] };
  if (dice === 2) return Array.from({ length: 150 }, (_, index) => `item ${index} of ${random.below(3)}`);
  // The growing value of a conversation, long enough to be cut into pieces.
  const text = typeof before === "string" ? before : "";
  return `${text}${`turn ${random.below(1000)} `.repeat(60)}`.slice(-12_000);
}

function makeWrite(random: Random, place: Place): WriteOperation {
  const channels = ["a", "b", "constructor", "__resume__", "__interrupt__", "__error__"];
  const writes = Array.from(
    { length: random.below(4) },
    () => [random.pick(channels), valueFor(random, undefined)] as const,
  );
  const task = random.pick(TASKS_OF_MODEL);
  return { kind: "write", ...place, id: randomId(random), task, path: random.pick(PATHS), writes };
}

function makeGet(random: Random, place: Place): GetOperation {
  const id = random.chance(0.5) ? undefined : randomId(random);
  return { kind: "get", ...place, id };
}

function makeList(random: Random, place: Place): ListOperation {
  const maybe = <T>(value: T): T | undefined => (random.chance(0.4) ? value : undefined);
  const filters = [
    { source: "loop" },
    { source: "input", step: 1 },
    { tag: random.pick(["x", null, 1, true, undefined]) },
    { nested: random.pick([{ b: [2], a: 1 }, []]) },
  ];
  return {
    kind: "list",
    thread: random.chance(0.8) ? place.thread : undefined,
    namespace: random.chance(0.6) ? place.namespace : undefined,
    id: random.chance(0.1) ? randomId(random) : undefined,
    before: maybe(randomId(random)),
    limit: maybe(random.below(5)),
    filter: maybe(random.pick(filters)),
  };
}
