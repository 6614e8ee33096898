import {
  childrenOf,
  type Blob,
  type BlobId,
  type WholeStorage,
  type FilterTerm,
  type PutRequest,
  type PutWritesRequest,
  type ThreadEntry,
  type WriteRecord,
} from "@threadmark/core/storage";
import fc from "fast-check";
import {
  bytes,
  claims,
  epochs,
  forest,
  ids,
  keys,
  namespaces,
  runs,
  threads,
  tokens,
} from "./small-world.ts";
import { comparable, sorted } from "./comparable.ts";

/** A call of the port with its argument. */
export type Operation = {
  [Name in keyof Calls]: { readonly name: Name; readonly request: Calls[Name] };
}[keyof Calls];

type Requests = { [Name in keyof WholeStorage]: WholeStorage[Name] };
type Calls = {
  [Name in Exclude<keyof Requests, "port" | "capabilities" | "setup" | "close">]: Parameters<
    Requests[Name]
  >[0];
};

const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);
const maybe = <T>(values: readonly T[]) => fc.option(pick(values), { nil: undefined });
const seal = fc.oneof(pick([0, 0xffffffff, 0x80000000]), fc.integer({ min: 0, max: 0xffffffff }));
/** Mostly the first ones, so that calls meet, and all others too. */
const mostly = (first: readonly string[], all: readonly string[]) =>
  fc.oneof({ weight: 3, arbitrary: pick(first) }, { weight: 1, arbitrary: pick(all) });
const thread = mostly(threads.slice(0, 2), threads.slice(0, 4));
const namespace = mostly(namespaces.slice(0, 1), namespaces);
const checkpointId = mostly(ids.slice(0, 3), ids);
const anyThread = pick(threads);
const refs = fc.subarray(forest.map(({ id }) => id));
/** The blobs with everything below them: that is what a thread has. */
const wholeOf = (chosen: Iterable<BlobId>): Blob[] => {
  const all = new Set(chosen);
  const found: Blob[] = [];
  for (const one of all) {
    const blob = forest.find(({ id }) => id === one)!;
    found.push(blob);
    for (const child of childrenOf(blob)) all.add(child);
  }
  return found;
};
const ttl = pick([undefined, undefined, 1e9]);
const place = fc.record({ namespace, id: checkpointId });
const filter: fc.Arbitrary<FilterTerm[]> = fc.uniqueArray(
  fc.record({ key: pick(keys), token: maybe(tokens) }),
  { selector: (term) => term.key, maxLength: 2 },
);
const index = fc.uniqueArray(fc.record({ key: pick(keys), token: pick(tokens) }), {
  selector: (entry) => entry.key,
});
const entry: fc.Arbitrary<ThreadEntry> = fc.record({
  key: pick(keys),
  token: pick(tokens),
  value: fc.uint8Array({ maxLength: 8 }),
  seal,
});
const someEntries = fc.uniqueArray(entry, { selector: (one) => one.key, maxLength: 3 });
const writeRequest = {
  thread,
  blobs: refs,
  epoch: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: pick(epochs) }),
  relies: fc.subarray(
    forest.map(({ id }) => id),
    { minLength: 1, maxLength: 2 },
  ),
  newEpoch: pick(epochs),
  ttl,
  entries: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: someEntries }),
  claim: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: pick(claims) }),
};

/** New epochs are random in practice, so no request names one before it exists. */
const isPossible = (request: { readonly epoch: string | undefined; readonly newEpoch: string }): boolean =>
  request.epoch !== request.newEpoch;

/** Where nothing is relied on, no epoch is named. */
const reliable = <T extends Pick<PutRequest, "epoch" | "relies">>(request: T): T =>
  request.epoch === undefined ? { ...request, relies: [] } : request;

const put: fc.Arbitrary<PutRequest> = fc
  .record({
    ...writeRequest,
    keepParent: fc.boolean(),
    fence: fc.boolean(),
    checkpoint: fc.record({
      namespace,
      id: checkpointId,
      parent: maybe(ids),
      parentSeal: seal,
      run: maybe(runs),
      header: fc.uint8Array({ maxLength: 8 }),
      seal,
      metadata: fc.uint8Array({ maxLength: 8 }),
      index,
      refs,
    }),
  })
  .filter(isPossible)
  .map(reliable)
  .map(({ blobs, ...request }) => ({ ...request, blobs: wholeOf([...blobs, ...request.checkpoint.refs]) }))
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
  seal,
});
const putWrites: fc.Arbitrary<PutWritesRequest> = fc
  .record({
    ...writeRequest,
    namespace,
    checkpoint: checkpointId,
    writes: fc.uniqueArray(write, { selector: ({ idx }) => idx, minLength: 1, maxLength: 5 }),
    task: pick(["task", "\\x41", "b"]),
  })
  .filter(isPossible)
  .map(reliable)
  .map(({ task, writes, blobs, ...rest }) => ({
    ...rest,
    blobs: wholeOf([...blobs, ...writes.flatMap((one) => one.refs)]),
    writes: writes.map((one) => ({ ...one, task })),
  }));

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
  get: fc.record({ thread, namespace, id: maybe(ids), have: refs, ttl }),
  scan,
  ancestors: fc.record({
    thread,
    namespace,
    id: maybe(ids),
    limit,
  }),
  blobs: fc.record({ thread, refs, have: refs }),
  outline: fc.record({ thread, after: fc.option(place, { nil: undefined }), limit }),
  remove: fc.record({
    thread,
    checkpoints: fc.array(place, { maxLength: 4 }),
    relink: fc
      .array(fc.record({ namespace, id: checkpointId, parent: maybe(ids), parentSeal: seal }), {
        maxLength: 4,
      })
      .map((relink) => [...new Map(relink.map((one) => [`${one.namespace}/${one.id}`, one])).values()]),
    newEpoch: pick(epochs),
  }),
  deleteThreads: fc.uniqueArray(anyThread, { minLength: 1, maxLength: 3 }),
  copyThread: fc.record({
    from: thread,
    to: anyThread,
    newEpoch: pick(["copy1", "copy2"]),
    sealShift: seal,
  }),
  threads: fc.record({
    thread: maybe([undefined, undefined, ...threads]),
    filter,
    after: fc.constant(undefined),
    limit: fc.constant(100),
    pendingChannels: fc.subarray(["c", "\\x41", ""]),
  }),
  updateThread: fc
    .record({ thread, entries: someEntries, remove: fc.subarray([...keys]) })
    .map(({ thread: name, ...rest }) => ({
      thread: name,
      set: rest.entries,
      remove: rest.remove.filter((key) => !rest.entries.some((one) => one.key === key)),
    })),
  // 0 milliseconds: others can take it at once.
  claim: fc.record({
    thread,
    claim: pick(claims),
    renews: fc.boolean(),
    ttl: pick([0, 1e9]),
    newEpoch: pick(epochs),
    threadTtl: ttl,
  }),
  release: fc.record({ thread, claim: pick(claims) }),
  runs: fc.record({ runs: fc.subarray([...runs]), after: maybe(threads), limit }),
  stats: thread,
  // 0 milliseconds: expired at once.
  expire: fc.record({ thread, ttl: pick([undefined, null, 1e9, 0]) }),
  sweep: fc.record({ thread: maybe(threads), limit: fc.constant(100) }),
};

const often = { put: 8, putWrites: 5, get: 3, scan: 3, claim: 2 } as Readonly<Record<string, number>>;

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
  relies: [],
  newEpoch: "e1",
  ttl: undefined,
  entries: [],
  claim: undefined,
  keepParent: false,
  fence: false,
  checkpoint: {
    namespace: "",
    id: "2",
    parent: "1",
    parentSeal: 0,
    run: undefined,
    seal: 0,
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
export async function perform(storage: WholeStorage, { name, request }: Operation): Promise<unknown> {
  const method = storage[name] as (this: WholeStorage, argument: unknown) => Promise<unknown>;
  return method.call(storage, request);
}

/** Everything that can be read of the threads of the small world, and of all at once where that is possible. */
export async function contentOf(storage: WholeStorage, scanAllThreads: boolean): Promise<unknown> {
  const all = { namespace: undefined, id: undefined, before: undefined, filter: [], after: undefined };
  const everything = { thread: undefined, filter: [], after: undefined, limit: 1000 };
  const listed = await storage.threads({ ...everything, pendingChannels: ["c", "\\x41", ""] });
  const content: unknown[] = [sorted(listed.threads.map(comparable))];
  for (const name of [...(scanAllThreads ? [undefined] : []), ...threads]) {
    content.push(await storage.scan({ ...all, thread: name, limit: 1000, have: [] }));
    if (name === undefined) continue;
    const refsOfAll = forest.map(({ id }) => id);
    content.push({ blobs: await storage.blobs({ thread: name, refs: refsOfAll, have: [] }) });
  }
  return content;
}
