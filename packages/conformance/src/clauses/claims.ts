import { CLAIM } from "@threadmark/core";
import { ensure, expectRefused, expectSame, fail } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseText } from "../clause.ts";
import { eventually } from "../host.ts";
import type { ClaimResult, TestedSaver } from "../saver.ts";
import { TestThread, checkpointOf, metadataOf } from "../thread.ts";

const LONG = { seconds: 3600 };
const LONGER = { seconds: 36_000 };
const SHORT = { seconds: 0.05 };

async function claim(thread: TestThread, id: string, ttl = LONG): Promise<ClaimResult> {
  const result = await thread.saver.claimThread?.(thread.id, { claim: id, ttl });
  return result ?? fail("claimThread resolves to nothing.");
}

async function release(thread: TestThread, id: string): Promise<unknown> {
  return thread.saver.releaseThread?.(thread.id, id);
}

async function renew(thread: TestThread, id: string, ttl = LONG): Promise<boolean> {
  const renewed = await thread.saver.renewThread?.(thread.id, { claim: id, ttl });
  return renewed ?? fail("renewThread resolves to nothing.");
}

/** Until when a thread is taken, as someone else learns it. */
async function takenUntil(thread: TestThread): Promise<number> {
  const other = await claim(thread, "someone else");
  if (other.claimed) return fail("A claimed thread was given to someone else.");
  return other.until.getTime();
}

/** Puts and writes as the owner of a claim. */
function owner(thread: TestThread, id: string) {
  const config = (checkpoint?: number) => {
    const { configurable } = thread.config(checkpoint);
    return { configurable: { ...configurable, [CLAIM]: id } };
  };
  return {
    put: (n: number, values: Record<string, unknown> = {}): Promise<unknown> => {
      const checkpoint = checkpointOf({ id: n, values });
      return thread.saver.put(config(), checkpoint, metadataOf({ id: n }), checkpoint.channel_versions);
    },
    write: (n: number, value: unknown): Promise<unknown> =>
      thread.saver.putWrites(config(n), [["a", value]], "task"),
  };
}

async function expectFenced(attempts: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const attempt of attempts)
    await expectRefused(attempt, "A write with a claim that the thread does not have", "FENCED");
}

async function expectTold({ saver, id }: TestThread, expected: string | undefined): Promise<void> {
  if (!saver.getThread) return;
  const told = (await saver.getThread(id))?.claim;
  expectSame(told?.id, expected, "The claim that getThread returns");
  if (told) ensure(told.until.getTime() > Date.now(), "getThread does not say until when a thread is taken.");
}

function claimsClause(name: string, text: Omit<ClauseText, "needs">): Clause {
  return clause(`claims/${name}`, { ...text, needs: ["claimThread"] });
}

export const claimsClauses: readonly Clause[] = [
  claimsClause("one-owner-at-a-time", {
    rule: "`claimThread` grants a thread that has no claim, even one that does not exist yet, and renews the same claim; anyone else learns until when it is taken. `releaseThread` removes the claim if it is this one, and says whether it did. `getThread` returns the claim.",
    hint: "Compare and set in one operation, by the clock of the storage.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      expectSame(await claim(thread, "one"), { claimed: true }, "The first claim");
      expectSame(await claim(thread, "one"), { claimed: true }, "The same claim again");
      await expectTold(thread, "one");
      const other = await claim(thread, "two");
      ensure(!other.claimed, "A claimed thread was given to someone else.");
      ensure(other.until instanceof Date, "The other caller does not learn until when the thread is taken.");
      expectSame(await release(thread, "two"), false, "Releasing another's claim");
      ensure(!(await claim(thread, "two")).claimed, "Releasing another's claim released it.");
      expectSame(await release(thread, "one"), true, "Releasing the claim");
      expectSame(await release(thread, "one"), false, "Releasing it again");
      await expectTold(thread, undefined);
      expectSame(await claim(thread, "two"), { claimed: true }, "A claim after the release");
    },
  }),
  claimsClause("writes-carry-it", {
    rule: "A `put` or `putWrites` whose `configurable.__threadmark_claim` is not the claim that the thread has is refused with `FENCED`, and nothing of it is stored; calls without a claim are not checked.",
    hint: "Compare in the operation that writes, not before it.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const [one, two] = [owner(thread, "one"), owner(thread, "two")];
      await expectFenced([() => one.put(1), () => one.write(1, 1)]);
      expectSame(await thread.listed(), [], "The listing after refused writes");
      await claim(thread, "one");
      await one.put(1, { a: "one" });
      await one.write(1, "one");
      await expectFenced([() => two.put(2), () => two.put(1, { a: "two" }), () => two.write(1, "two")]);
      expectSame(await thread.values(), { a: "one" }, "The values");
      expectSame(await thread.writes(1), [["task", "a", "one"]], "The writes");
      await thread.put({ id: 3, values: { a: "anyone" } });
      expectSame(await thread.values(), { a: "anyone" }, "The values after a put without a claim");
    },
  }),
  claimsClause("can-be-lost", {
    rule: "When a claim has expired, another can take its place. Until one does, writes of the owner are stored; afterwards, or once the thread is deleted, they are refused with `FENCED`.",
    hint: "Keep an expired claim until someone else takes it: its owner has harmed nobody.",
    async run({ saver, threadId, sizes }) {
      const thread = new TestThread(saver, threadId());
      const [one, two] = [owner(thread, "one"), owner(thread, "two")];
      await claim(thread, "one", SHORT);
      await one.put(1, { a: "one" });
      const wasTaken = await eventually(async () => {
        const taken = (await claim(thread, "two")).claimed;
        if (!taken) await one.put(1, { a: "one" });
        return taken;
      }, sizes.patience);
      ensure(wasTaken, "An expired claim is not given to someone else.");
      await expectFenced([() => one.put(2), () => one.write(1, "one")]);
      await two.put(2, { a: "two" });
      await thread.delete();
      await expectFenced([() => two.put(3), () => two.write(2, "two")]);
      expectSame(await thread.listed(), [], "The listing of a deleted thread");
    },
  }),
  claimsClause("a-renewal-takes-nothing", {
    rule: "`renewThread` keeps a thread for longer if it has this claim, and says whether it has. Otherwise nothing changes: it takes neither a free thread nor one that someone else has taken.",
    hint: "Update only if the claim is this one, and say whether anything was updated. A renewal is not a claim.",
    async run({ saver, threadId, sizes }) {
      const thread = new TestThread(saver, threadId());
      const [one, two] = [owner(thread, "one"), owner(thread, "two")];
      expectSame(await renew(thread, "one"), false, "Renewing a claim on a thread that nobody has");
      await expectFenced([() => one.put(1)]);
      await claim(thread, "one", SHORT);
      const wasTaken = await eventually(async () => (await claim(thread, "two")).claimed, sizes.patience);
      ensure(wasTaken, "An expired claim is not given to someone else.");
      expectSame(await renew(thread, "one"), false, "Renewing a claim that was lost");
      await expectFenced([() => one.put(1)]);
      await two.put(1);
      const until = await takenUntil(thread);
      expectSame(await renew(thread, "two", LONGER), true, "Renewing the claim that the thread has");
      const longer = (await takenUntil(thread)) - until;
      ensure(longer > LONG.seconds * 1000, `A renewal for 9 hours more adds ${longer} milliseconds.`);
      await release(thread, "two");
      expectSame(await renew(thread, "two"), false, "Renewing a claim that was released");
      await expectTold(thread, undefined);
      expectSame(await claim(thread, "one"), { claimed: true }, "A claim after the release");
    },
  }),
  claimsClause("of-many-at-once-one-wins", {
    rule: "Of many simultaneous claims, from two processes, exactly one is granted.",
    hint: "Compare and set in one operation.",
    async run({ saver, reopen, threadId, sizes }) {
      const savers: TestedSaver[] = [saver, await reopen()];
      const thread = new TestThread(saver, threadId());
      const ids = Array.from({ length: sizes.atOnce }, (_, index) => `claim ${index}`);
      const results = await Promise.all(
        ids.map((id, index) => claim(thread.on(savers[index % 2] ?? saver), id)),
      );
      const given = ids.filter((_, index) => results[index]?.claimed);
      ensure(given.length === 1, `${given.length} of ${ids.length} claims at once were given instead of 1.`);
      await owner(thread, given[0] ?? "").put(1);
    },
  }),
];
