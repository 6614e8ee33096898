import {
  childrenOf,
  type Blob,
  type CheckpointStorage,
  type FilterTerm,
  type PutRequest,
  type PutWritesRequest,
  type WriteRecord,
} from "@threadmark/core/storage";
import fc from "fast-check";

/** A call of the port with its argument. */
export type Operation = {
  [Name in keyof Calls]: { readonly name: Name; readonly request: Calls[Name] };
}[keyof Calls];

type Requests = { [Name in keyof CheckpointStorage]: CheckpointStorage[Name] };
type Calls = {
  [Name in Exclude<keyof Requests, "port" | "capabilities" | "setup" | "close">]: Parameters<
    Requests[Name]
  >[0];
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const idOf = (n: number, kind: Blob["kind"]): string =>
  n.toString(16).padStart(30, "a") + (kind === "node" ? "01" : "00");
const leaf = (n: number): Blob => ({
  id: idOf(n, "leaf"),
  kind: "leaf",
  bytes: bytes(`leaf ${n} `.repeat(n)),
});
const node = (n: number, children: readonly Blob[]): Blob => ({
  id: idOf(n, "node"),
  kind: "node",
  bytes: Buffer.from(children.map(({ id }) => id).join(""), "hex"),
});

const leaves = Array.from({ length: 5 }, (_, n) => leaf(n));
const lower = [node(5, leaves.slice(0, 2)), node(6, leaves.slice(1, 4))];
/** A small forest, so that values share a lot. */
const forest: readonly Blob[] = [...leaves, ...lower, node(7, [...lower, leaves[4]!])];

// Text that SQL, JSON, arrays and patterns could trip over, and an order that only bytes have.
const threads = ["t", "t:1", "T", "%", "\\x41", "a\"b{c},'$1", "\u{1f600}", "\uffff"];
const namespaces = ["", "a", "a|b:\\", "\u{1f600}"];
const ids = ["1", "2", "3", "10", "\u{1f600}", "\uffff", "Z", "a"];
const runs = ["r1", "r2"];
const epochs = ["e1", "e2", "e3"];
const keys = ["source", "user", "a.b", "__proto__", "'\\\""];
const tokens = ['"x"', "1", "null", '{"a":[1]}'];

const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);
const maybe = <T>(values: readonly T[]) => fc.option(pick(values), { nil: undefined });
const thread = pick(threads.slice(0, 4));
const anyThread = pick(threads);
// With everything below them: that is what a thread has.
const blobs = fc.subarray([...forest]).map((chosen) => {
  const all = new Set(chosen);
  for (const blob of all) {
    for (const child of childrenOf(blob)) all.add(forest.find(({ id }) => id === child)!);
  }
  return [...all];
});
const refs = fc.subarray(forest.map(({ id }) => id));
const ttl = pick([undefined, undefined, 1e9]);
const key = fc.record({ namespace: pick(namespaces), id: pick(ids) });
const filter: fc.Arbitrary<FilterTerm[]> = fc.uniqueArray(
  fc.record({ key: pick(keys), token: maybe(tokens) }),
  { selector: (term) => term.key, maxLength: 2 },
);
const index = fc.uniqueArray(fc.record({ key: pick(keys), token: pick(tokens) }), {
  selector: (entry) => entry.key,
});
const writeRequest = { thread, blobs, epoch: maybe(epochs), newEpoch: pick(epochs), ttl };

/** New epochs are random in practice, so nobody names one that is new. */
const isPossible = (request: { readonly epoch: string | undefined; readonly newEpoch: string }): boolean =>
  request.epoch !== request.newEpoch;

const put: fc.Arbitrary<PutRequest> = fc
  .record({
    ...writeRequest,
    keepParent: fc.boolean(),
    fence: fc.boolean(),
    checkpoint: fc.record({
      namespace: pick(namespaces),
      id: pick(ids),
      parent: maybe(ids),
      run: maybe(runs),
      header: fc.uint8Array({ maxLength: 8 }),
      metadata: fc.uint8Array({ maxLength: 8 }),
      index,
      refs,
    }),
  })
  .filter(isPossible)
  .map((request) =>
    request.keepParent ? { ...request, checkpoint: { ...request.checkpoint, parent: undefined } } : request,
  );

const write: fc.Arbitrary<WriteRecord> = fc.record({
  task: fc.constant(""),
  path: pick(["", "~a, 1", "\\"]),
  idx: fc.integer({ min: -4, max: 3 }),
  channel: pick(["c", "__proto__", "\\x41", ""]),
  value: fc.uint8Array({ maxLength: 8 }),
  refs,
});
const putWrites: fc.Arbitrary<PutWritesRequest> = fc
  .record({
    ...writeRequest,
    namespace: pick(namespaces),
    checkpoint: pick(ids),
    writes: fc.uniqueArray(write, { selector: ({ idx }) => idx, minLength: 1, maxLength: 5 }),
    task: pick(["task", "\\x41", "b"]),
  })
  .filter(isPossible)
  .map(({ task, writes, ...rest }) => ({ ...rest, writes: writes.map((one) => ({ ...one, task })) }));

const scan = fc.record({
  thread: maybe(threads),
  namespace: maybe(namespaces),
  id: maybe([undefined, undefined, ...ids]),
  before: maybe([undefined, undefined, ...ids]),
  filter,
  after: fc.option(fc.record({ thread: anyThread, namespace: pick(namespaces), id: pick(ids) }), {
    nil: undefined,
  }),
  limit: fc.integer({ min: 1, max: 5 }),
  have: refs,
});

const limit = fc.integer({ min: 1, max: 4 });
const requests: { [Name in keyof Calls]: fc.Arbitrary<Calls[Name]> } = {
  put,
  putWrites,
  get: fc.record({ thread, namespace: pick(namespaces), id: maybe(ids), have: refs, ttl }),
  scan,
  ancestors: fc.record({
    thread,
    namespace: pick(namespaces),
    id: maybe(ids),
    channels: fc.subarray(["c", "\\x41", ""]),
    limit,
  }),
  blobs: fc.record({ thread, refs, have: refs }),
  outline: fc.record({ thread, after: fc.option(key, { nil: undefined }), limit }),
  remove: fc.record({
    thread,
    checkpoints: fc.array(key, { maxLength: 4 }),
    relink: fc
      .array(fc.record({ namespace: pick(namespaces), id: pick(ids), parent: maybe(ids) }), { maxLength: 4 })
      .map((relink) => [...new Map(relink.map((one) => [`${one.namespace}/${one.id}`, one])).values()]),
    newEpoch: pick(epochs),
  }),
  deleteThread: thread,
  copyThread: fc.record({ from: thread, to: anyThread, newEpoch: pick(["copy1", "copy2"]) }),
  threads: fc.record({ filter, after: fc.constant(undefined), limit: fc.constant(100) }),
  runs: fc.record({ runs: fc.subarray(runs), after: maybe(threads), limit }),
  // 0 milliseconds: expired at once.
  expire: fc.record({ thread, ttl: pick([undefined, null, 1e9, 0]) }),
  sweep: fc.record({ thread: maybe(threads), limit: fc.constant(100) }),
};

const often = { put: 8, putWrites: 5, get: 3, scan: 3 } as Readonly<Record<string, number>>;

/** A call with a random argument. Arguments come from a small world, so that calls meet. */
export const operation: fc.Arbitrary<Operation> = fc.oneof(
  ...Object.entries(requests).map(([name, request]) => ({
    weight: often[name] ?? 1,
    arbitrary: (request as fc.Arbitrary<unknown>).map((value) => ({ name, request: value }) as Operation),
  })),
);

const child: PutRequest = {
  thread: "t",
  blobs: [],
  epoch: undefined,
  newEpoch: "e1",
  ttl: undefined,
  keepParent: false,
  fence: false,
  checkpoint: {
    namespace: "",
    id: "2",
    parent: "1",
    run: undefined,
    header: bytes("header"),
    metadata: bytes("metadata"),
    index: [],
    refs: [],
  },
};

/** A removal that does not know of a child changes nothing, the epoch neither. */
export const REFUSED_REMOVAL: Operation[] = [
  { name: "put", request: child },
  {
    name: "remove",
    request: { thread: "t", checkpoints: [{ namespace: "", id: "1" }], relink: [], newEpoch: "e2" },
  },
  { name: "put", request: child },
];

/** Calls the port. */
export async function perform(storage: CheckpointStorage, { name, request }: Operation): Promise<unknown> {
  const method = storage[name] as (this: CheckpointStorage, argument: unknown) => Promise<unknown>;
  return method.call(storage, request);
}

/** Everything that can be read of the threads of the small world, and of all at once where that is possible. */
export async function contentOf(storage: CheckpointStorage, scanAllThreads: boolean): Promise<unknown> {
  const all = { namespace: undefined, id: undefined, before: undefined, filter: [], after: undefined };
  const content: unknown[] = [];
  for (const name of [...(scanAllThreads ? [undefined] : []), ...threads]) {
    content.push(await storage.scan({ ...all, thread: name, limit: 1000, have: [] }));
    if (name === undefined) continue;
    const refsOfAll = forest.map(({ id }) => id);
    content.push({ blobs: await storage.blobs({ thread: name, refs: refsOfAll, have: [] }) });
  }
  return content;
}

/** What the port leaves open: times by the storage's own clock, and what else memory keeps in a record. */
const OPEN = new Set(["created", "updated", "data"]);

/** An answer without what the port leaves open. */
export function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([name, item]) => item !== undefined && !OPEN.has(name))
    .map(([name, item]) => {
      if (name === "expires") return [name, "some time"];
      const inner = comparable(item);
      const unordered = ["writes", "blobs", "index"].includes(name) && Array.isArray(inner);
      return [name, unordered ? sorted(inner) : inner];
    });
  return Object.fromEntries(entries);
}

/** A list in an order of its own. */
export function sorted(values: readonly unknown[]): unknown[] {
  return values.map((value) => JSON.stringify(value)).sort();
}
