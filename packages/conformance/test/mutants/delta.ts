import type { CheckpointTuple, DeltaChannelHistory } from "@threadmark/core";
import type { TestedSaver } from "@threadmark/conformance";
import { omit } from "./alter.ts";
import { patch, type Mutant } from "./mutant.ts";

/** What a walk along the ancestors does otherwise than it should. */
interface Wrong {
  readonly reversed?: boolean;
  readonly withoutWritesOfSeed?: boolean;
  readonly onlyTruthySeeds?: boolean;
  readonly allEndTogether?: boolean;
  readonly unknownIsLatest?: boolean;
  readonly needsId?: boolean;
  readonly followsIds?: boolean;
  readonly arrivalOrder?: boolean;
  readonly missingIsError?: boolean;
  readonly forgetsVisited?: boolean;
  readonly most?: number;
  readonly change?: (value: unknown) => unknown;
}

type Write = [string, string, unknown];

/** The next ancestor of a tuple. */
async function above(
  saver: TestedSaver,
  tuple: CheckpointTuple,
  wrong: Wrong,
): Promise<CheckpointTuple | undefined> {
  if (wrong.followsIds) {
    const ids = omit(tuple.config.configurable, "checkpoint_id");
    for await (const other of saver.list({ configurable: ids }, { before: tuple.config, limit: 1 })) {
      return other;
    }
    return undefined;
  }
  if (tuple.parentConfig === undefined) return undefined;
  const parent = await saver.getTuple(tuple.parentConfig);
  if (parent === undefined && wrong.missingIsError) throw new Error("an ancestor is missing");
  return parent;
}

async function ancestorsOf(
  saver: TestedSaver,
  start: CheckpointTuple | undefined,
  wrong: Wrong,
): Promise<CheckpointTuple[]> {
  const found: CheckpointTuple[] = [];
  const seen = new Set([start?.checkpoint.id]);
  let next = start && (await above(saver, start, wrong));
  while (next !== undefined && found.length < (wrong.most ?? 2000)) {
    if (seen.has(next.checkpoint.id) && !wrong.forgetsVisited) break;
    seen.add(next.checkpoint.id);
    found.push(next);
    // Enough to be noticed, without running forever.
    if (wrong.forgetsVisited && found.length > 500) break;
    next = await above(saver, next, wrong);
  }
  return found;
}

function historyOf(
  channel: string,
  ancestors: readonly CheckpointTuple[],
  wrong: Wrong,
  end: number,
): DeltaChannelHistory {
  const change = wrong.change ?? ((value: unknown) => value);
  const steps: Write[][] = [];
  let seed: { readonly seed: unknown } | undefined;
  for (const { checkpoint, pendingWrites } of ancestors.slice(0, end)) {
    const value = Object.hasOwn(checkpoint.channel_values, channel)
      ? checkpoint.channel_values[channel]
      : undefined;
    const ends = wrong.onlyTruthySeeds ? Boolean(value) : value !== undefined;
    const own = (pendingWrites ?? []).filter(([, name]) => name === channel);
    if (!ends || !wrong.withoutWritesOfSeed) {
      steps.push(own.map(([task, name, written]) => [task, name, change(written)]));
    }
    if (!ends) continue;
    seed = { seed: change(value) };
    break;
  }
  const reversed = wrong.reversed && seed === undefined ? steps : steps.toReversed();
  const sorted = reversed.map((step) =>
    wrong.arrivalOrder ? step.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)) : step,
  );
  return { writes: sorted.flat(), ...seed };
}

/** Puts a walk with a defect in the place of the saver's own. */
function walkWrong(wrong: Wrong): NonNullable<Mutant["breakSaver"]> {
  return (saver) => {
    patch(saver, "getDeltaChannelHistory", () => async ({ config, channels }) => {
      const { checkpoint_id: id, ...ids } = config.configurable ?? {};
      const known = wrong.needsId && id === undefined ? undefined : await saver.getTuple(config);
      const start = wrong.unknownIsLatest ? (known ?? (await saver.getTuple({ configurable: ids }))) : known;
      const ancestors = await ancestorsOf(saver, start, wrong);
      const ends = channels.map((channel) =>
        ancestors.findIndex(({ checkpoint }) => Object.hasOwn(checkpoint.channel_values, channel)),
      );
      const first = Math.min(...ends.filter((end) => end !== -1), ancestors.length - 1);
      const end = wrong.allEndTogether ? first + 1 : ancestors.length;
      return Object.fromEntries(
        channels.map((channel) => [channel, historyOf(channel, ancestors, wrong, end)]),
      );
    });
  };
}

function deltaMutant(clause: string, name: string, wrong: Wrong, others = 3): Mutant {
  return { name, clause: `delta/${clause}`, others, breakSaver: walkWrong(wrong) };
}

export const deltaMutants: readonly Mutant[] = [
  deltaMutant("the-writes-of-the-ancestors-oldest-first", "without a seed the newest writes come first", {
    reversed: true,
  }),
  deltaMutant(
    "ends-at-the-nearest-value",
    "the writes of the ancestor with the value are left out",
    { withoutWritesOfSeed: true },
    4,
  ),
  deltaMutant("no-value-is-no-seed", "falsy values are no seeds", { onlyTruthySeeds: true }),
  deltaMutant("every-channel-ends-on-its-own", "all channels end at the first value", {
    allEndTogether: true,
  }),
  deltaMutant("no-channels-is-nothing", "an unknown checkpoint stands for the latest", {
    unknownIsLatest: true,
  }),
  deltaMutant("no-id-means-the-latest", "without an id nothing is found", { needsId: true }),
  deltaMutant("follows-parents-not-ids", "the walk follows ids", { followsIds: true }),
  deltaMutant("orders-the-writes-of-a-checkpoint", "writes are in order of task", {
    arrivalOrder: true,
  }),
  deltaMutant("ends-at-a-missing-ancestor", "a missing ancestor is an error", {
    missingIsError: true,
  }),
  deltaMutant("ends-on-a-cycle", "visited ancestors are forgotten", { forgetsVisited: true }),
  deltaMutant("over-many-ancestors", "the walk ends after fifty ancestors", { most: 50 }),
  deltaMutant("values-are-exact", "long texts are cut", {
    change: (value) =>
      typeof value === "object" && value !== null
        ? (JSON.parse(JSON.stringify(value).replaceAll("a longer text a longer", "")) as unknown)
        : value,
  }),
];
