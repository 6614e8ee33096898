import { compareText, type RunsPage, type RunsRequest } from "@threadmark/core/storage";
import type { Doc } from "../driver.ts";
import { anyOf, threadKey } from "../keys.ts";
import { ALL, type Session } from "../session.ts";
import { ALIVE, checkedThread, isValid, type ThreadDoc } from "../thread.ts";

/** Threads with a checkpoint of one of the runs. */
export async function readRuns(session: Session, { runs, after, limit }: RunsRequest): Promise<RunsPage> {
  const found = new Set<string>();
  for (const run of runs) for (const name of await threadsOfRun(session, run, after, limit)) found.add(name);
  const names = [...found].sort(compareText);
  return { threads: names.slice(0, limit), more: names.length > limit };
}

/** The first threads of a run, one more than the limit if there are more. */
async function threadsOfRun(
  session: Session,
  run: string,
  after: string | undefined,
  limit: number,
): Promise<string[]> {
  const names: string[] = [];
  for (let place = after; ;) {
    // `true` comes after every string in the order of BSON.
    const from = place === undefined ? { r: run } : { r: run, t: place };
    const filter = { run: { $gt: from, $lt: { r: run, t: true } } };
    const options = { sort: { run: 1 }, limit: PAGE, projection: { run: 1, g: 1 }, batchSize: ALL };
    const docs = (await session.read((collection) =>
      collection.find(filter, options).toArray(),
    )) as unknown as { run: { t: string }; g: string }[];
    names.push(...(await thereOf(session, docs)));
    const last = docs.at(-1);
    if (names.length > limit || docs.length < PAGE || !last) return names;
    place = last.run.t;
  }
}

const PAGE = 1000;

/** The threads of valid checkpoints. */
async function thereOf(
  session: Session,
  docs: readonly { readonly run: { readonly t: string }; readonly g: string }[],
): Promise<string[]> {
  const names = [...new Set(docs.map(({ run }) => run.t))];
  if (names.length === 0) return [];
  const threads = (await session.read((collection) =>
    collection.find({ ...anyOf(names.map(threadKey)), ...ALIVE }, { batchSize: ALL }).toArray(),
  )) as unknown as ThreadDoc[];
  const valid = new Map(
    threads.map((doc) => [doc.thread, checkedThread(doc.thread, doc as unknown as Doc).valid]),
  );
  const there = docs.filter(({ run, g }) => isValid(run.t, valid.get(run.t) ?? [], { g }));
  return [...new Set(there.map(({ run }) => run.t))];
}
