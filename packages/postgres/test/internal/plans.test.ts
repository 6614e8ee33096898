import { countTests, nameOf, servers } from "@threadmark/services";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Statement } from "../../src/pg.ts";
import { setupScript, tablesIn } from "../../src/schema.ts";
import { runsStatement, scanStatement, threadsStatement } from "../../src/statements/list.ts";
import { checkpointMark, damagedThreads, writeMark } from "../../src/statements/marks.ts";
import { refusalStatement } from "../../src/statements/open-thread.ts";
import { lockForPut, putStatement, putWritesStatement, undoLockForPut } from "../../src/statements/put.ts";
import { sharedStatement } from "../../src/statements/shared-write.ts";
import {
  ancestorsStatement,
  blobsStatement,
  getStatement,
  outlineStatement,
} from "../../src/statements/read.ts";
import { sharedGetStatement } from "../../src/statements/shared-read.ts";
import {
  copyStatement,
  deleteMarked,
  lockThread,
  markExpiredTarget,
  markForSweep,
  markThreads,
  removeStatement,
} from "../../src/statements/remove.ts";
import {
  claimRefusalStatement,
  claimStatement,
  damagedStatement,
  expireStatement,
  releaseStatement,
  renewStatement,
  statsStatement,
  updateThreadStatement,
} from "../../src/statements/thread.ts";
import { newThread } from "../../src/statements/thread-row.ts";
import { newName } from "../database.ts";

const schema = newName();
const tables = tablesIn(schema);
const thread = "thread 500";
const id = "00000050";
const node = "aa".repeat(15) + "01";
const all = {
  namespace: undefined,
  id: undefined,
  before: undefined,
  filter: [],
  after: undefined,
  limit: 100,
};
const filter = [
  { key: "user", token: '"u7"' },
  { key: "gone", token: undefined },
];
const after = { thread, namespace: "", id };
const entries = [{ key: "user", token: '"u7"', value: new Uint8Array(3), seal: 1 }];
const write = {
  thread,
  blobs: [{ id: node, kind: "node" as const, bytes: new Uint8Array(32) }],
  ttl: 1000,
  newEpoch: "n",
  entries,
};
const packed = [new Uint8Array(32)];
const anybody = { ...write, epoch: undefined, relies: [], claim: undefined };
const relying = { ...write, epoch: "e", relies: [node], claim: undefined };
const checkpoint = {
  namespace: "",
  id,
  parent: undefined,
  parentSeal: 1,
  run: "r",
  header: new Uint8Array(9),
};
const content = { seal: 2, metadata: new Uint8Array(9), index: [], refs: [node] };
const newWrite = {
  task: "t",
  path: "",
  idx: 0,
  channel: "c",
  value: new Uint8Array(9),
  refs: [node],
  seal: 3,
};
const put = { checkpoint: { ...checkpoint, ...content }, keepParent: false, fence: true };
const writes = { namespace: "", checkpoint: id, writes: [newWrite] };
const removal = {
  thread,
  checkpoints: [{ namespace: "", id }],
  relink: [{ namespace: "", id: "00000051", parent: undefined, parentSeal: 1 }],
  newEpoch: "n",
};
const copy = { from: thread, to: "copy", newEpoch: "n", sealShift: 1 };
const claim = {
  thread,
  claim: "me",
  renews: false,
  ttl: 1000,
  newEpoch: "n",
  threadTtl: 1000,
};
const page = { thread: undefined, filter: [], after: undefined, limit: 100, pendingChannels: ["c"] };

const STATEMENTS: readonly (readonly [string, Statement])[] = [
  ["put to a known thread", putStatement(tables, { ...relying, ...put }, packed)],
  ["put", putStatement(tables, { ...anybody, ...put }, packed)],
  ["put of an owner", putStatement(tables, { ...relying, ...put, claim: "me" }, packed)],
  ["the lock before a put", lockForPut(tables, { ...anybody, ...put })],
  ["what undoes it", undoLockForPut(tables, { ...anybody, ...put })],
  ["the reason of a refusal", refusalStatement(tables, { ...relying, ...put, claim: "me" }, put.checkpoint)],
  ["putWrites", putWritesStatement(tables, { ...anybody, ...writes }, packed)],
  ["putWrites to a known thread", putWritesStatement(tables, { ...relying, ...writes }, packed)],
  [
    "writes to several threads",
    sharedStatement(
      tables,
      new Map([
        [thread, [{ request: { ...relying, ...put }, packed }]],
        ["other", [{ request: { ...anybody, ...writes }, packed }]],
      ]),
    ),
  ],
  [
    "get of the newest",
    getStatement(tables, { thread, namespace: "", id: undefined, have: [node], ttl: 1000 }),
  ],
  [
    "get of the newest of several threads",
    sharedGetStatement(
      tables,
      [thread, "other"].map((one) => ({
        thread: one,
        namespace: "",
        id: undefined,
        have: [node],
        ttl: undefined,
      })),
    ),
  ],
  ["get by id", getStatement(tables, { thread, namespace: "", id, have: [], ttl: undefined })],
  ["scan of a namespace", scanStatement(tables, { ...all, thread, namespace: "", have: [] })],
  ["scan of a thread", scanStatement(tables, { ...all, thread, have: [] })],
  ["scan of a thread, filtered", scanStatement(tables, { ...all, thread, filter, after, have: [] })],
  ["scan of all threads", scanStatement(tables, { ...all, thread: undefined, have: [] })],
  [
    "scan of all threads, filtered, behind a place",
    scanStatement(tables, { ...all, thread: undefined, filter, after, have: [] }),
  ],
  ["ancestors", ancestorsStatement(tables, { thread, namespace: "", id, limit: 4096 })],
  ["blobs", blobsStatement(tables, { thread, refs: [node], have: [node] })],
  ["outline", outlineStatement(tables, { thread, after, limit: 1000 })],
  ["threads", threadsStatement(tables, page)],
  ["one thread", threadsStatement(tables, { ...page, thread, filter })],
  ["threads by metadata", threadsStatement(tables, { ...page, filter })],
  ["threads without metadata", threadsStatement(tables, { ...page, filter: filter.slice(1) })],
  [
    "threads by metadata, after a place",
    threadsStatement(tables, { ...page, filter, after: { updated: 9e12, thread } }),
  ],
  ["threads after a place", threadsStatement(tables, { ...page, after: { updated: 9e12, thread } })],
  ["a change of metadata", updateThreadStatement(tables, { thread, set: entries, remove: ["title"] })],
  ["claim", claimStatement(tables, claim)],
  ["the renewal of a claim", renewStatement(tables, claim)],
  ["the reason why it is refused", claimRefusalStatement(tables, claim)],
  ["release", releaseStatement(tables, claim)],
  ["stats", statsStatement(tables, thread)],
  ["runs", runsStatement(tables, { runs: ["run 3"], after: "a", limit: 1000 })],
  ["lock", lockThread(tables, thread)],
  ["remove", removeStatement(tables, removal)],
  ["mark", markThreads(tables, [thread, "other"], "m")],
  ["mark of expired threads", markForSweep(tables, { thread: undefined, limit: 100 }, "m")],
  ["mark of an expired thread", markForSweep(tables, { thread, limit: 1 }, "m")],
  ["deletion of a marked thread", deleteMarked(tables, "m", [thread, "other"])],
  ["deletion of marked threads", deleteMarked(tables, "m", undefined)],
  ["mark of the target of a copy", markExpiredTarget(tables, copy, "m")],
  ["copy", copyStatement(tables, copy)],
  ["expire", expireStatement(tables, { thread, ttl: 1000 })],
  ["why a thread was not changed", damagedStatement(tables, thread)],
  ["damaged threads", damagedThreads(tables, undefined)],
  ["one damaged thread", damagedThreads(tables, thread)],
];

describe.each(servers("postgres").map((server) => ({ title: nameOf(server), server })))(
  "plans on $title, with 100,000 checkpoints",
  ({ server }) => {
    countTests(server);
    const pool = new pg.Pool({ connectionString: server.url });

    beforeAll(async () => {
      await pool.query(setupScript(tables, { createSchema: true, from: 0 }));
      await pool.query(FILL);
    });

    afterAll(async () => {
      await pool.query(`DROP SCHEMA ${schema} CASCADE`);
      await pool.end();
    });

    it.each(STATEMENTS)(
      "no table is read from end to end, and nothing compiled, for %s",
      async (_, statement) => {
        const { text, params } = statement;
        const { rows } = await pool.query<{ "QUERY PLAN": string }>({
          text: `EXPLAIN ${text}`,
          values: [...params],
        });
        const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
        expect(plan).not.toMatch(/Seq Scan/);
        expect(plan).not.toMatch(/JIT/);
      },
    );

    // A named statement may get one plan for all parameters. Before version 16 it could not be asked for.
    it
      .runIf(Number.parseInt(server.version, 10) >= 16)
      .each(STATEMENTS.filter(([, { frequent }]) => frequent))(
      "the plan for all parameters reads no table from end to end either, for %s",
      async (_, { text }) => {
        const { rows } = await pool.query<{ "QUERY PLAN": string }>(`EXPLAIN (GENERIC_PLAN) ${text}`);
        const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
        expect(plan).not.toMatch(/Seq Scan|JIT/);
      },
    );

    it("every index has a statement that uses it", async () => {
      const plans = await Promise.all(
        STATEMENTS.map(async ([, { text, params }]) => {
          const { rows } = await pool.query({ text: `EXPLAIN ${text}`, values: [...params] });
          return JSON.stringify(rows);
        }),
      );
      const { rows } = await pool.query<{ name: string }>(
        "SELECT indexname AS name FROM pg_indexes WHERE schemaname = $1 AND tablename <> 'threadmark_migrations'",
        [schema],
      );
      expect(
        rows.map(({ name }) => name).filter((name) => !plans.some((plan) => plan.includes(name))),
      ).toEqual([]);
      expect(rows).toHaveLength(12);
    });
  },
);

const name = (column: string): string => column;

/** 20,000 threads of 5 checkpoints, with writes and blobs; a thread was updated every 3 seconds. */
const FILL = `
INSERT INTO ${tables.threads} ${newThread({
  thread: "('thread ' || t)",
  updated: "t * 3000",
  ttl: "CASE WHEN t % 100 = 0 THEN -1 END",
  entries: `jsonb_build_object('user', jsonb_build_object('token', '"u' || t % 500 || '"', 'value', '', 'seal', 1))`,
  source: "generate_series(1::bigint, 20000) AS t",
}).replaceAll(":newEpoch", "'e'::text")};
INSERT INTO ${tables.checkpoints}
  (thread, namespace, id, parent, parent_seal, seal, run, header, metadata, tokens, refs, owner, mark)
SELECT thread, namespace, id, parent, 1, 2, run, 'h', 'm', tokens, decode('${node}', 'hex'), number, ${checkpointMark(name)}
FROM (
  SELECT thread, '' AS namespace, lpad(c::text, 8, '0') AS id, lpad((c - 1)::text, 8, '0') AS parent, number,
    'run ' || number AS run, jsonb_build_object('user', '"u' || number % 50 || '"') AS tokens
  FROM ${tables.threads}, generate_series(48, 52) AS c
) AS given;
INSERT INTO ${tables.writes} (thread, namespace, checkpoint, task, idx, path, channel, value, refs, seal, owner, mark)
SELECT thread, namespace, checkpoint, 'task', 0, '', 'c', 'v', '', 3, owner, ${writeMark(name)}
FROM (SELECT thread, namespace, id AS checkpoint, owner FROM ${tables.checkpoints}) AS given;
INSERT INTO ${tables.blobs} (thread, id, bytes)
SELECT number, decode(md5(b::text), 'hex'), 'b' FROM ${tables.threads}, generate_series(1, 5) AS b;
ANALYZE ${tables.threads}, ${tables.checkpoints}, ${tables.writes}, ${tables.blobs};
`;
