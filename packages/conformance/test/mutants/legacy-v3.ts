import type { CheckpointTuple } from "@threadmark/core";
import { alterGet, alterListing, omit } from "./alter.ts";
import { patch, type Mutant } from "./mutant.ts";

type Write = readonly [task: string, channel: string, value: unknown];

const TASKS = "__pregel_tasks";
type Versions = CheckpointTuple["checkpoint"]["channel_versions"];

function withSends(tuple: CheckpointTuple, sends: unknown, version?: number | string): CheckpointTuple {
  const { checkpoint } = tuple;
  const versions: Versions = { ...checkpoint.channel_versions };
  if (version !== undefined) versions[TASKS] = version;
  const values = { ...checkpoint.channel_values, [TASKS]: sends };
  return { ...tuple, checkpoint: { ...checkpoint, channel_values: values, channel_versions: versions } };
}

/** Changes what getTuple returns, given the sends among the writes of the parent. */
function withParentSends(
  change: (tuple: CheckpointTuple, sends: readonly Write[]) => CheckpointTuple,
): NonNullable<Mutant["breakSaver"]> {
  return (saver) => {
    patch(saver, "getTuple", (getTuple) => async (config) => {
      const tuple = await getTuple(config);
      const parent = tuple?.parentConfig && (await getTuple(tuple.parentConfig));
      const sends = (parent?.pendingWrites ?? []).filter(([, channel]) => channel === TASKS);
      return tuple && change(tuple, sends);
    });
  };
}

export const legacyMutants: readonly Mutant[] = [
  {
    name: "list does not bring the sends",
    clause: "legacy-v3/sends-come-from-the-parent",
    breakSaver(saver) {
      alterListing(saver, async (read, config, options) => {
        const found = await read(config, options);
        if (config.configurable?.["thread_id"] === undefined) return found;
        return found.map((tuple) => (tuple.checkpoint.v < 4 ? withSends(tuple, []) : tuple));
      });
    },
  },
  {
    name: "the greatest version is found as text",
    clause: "legacy-v3/sends-have-the-greatest-version",
    breakSaver(saver) {
      alterGet(saver, (tuple) => {
        const others = omit(tuple.checkpoint.channel_versions, TASKS);
        const greatest = Object.values(others)
          .toSorted((a, b) => (String(a) < String(b) ? -1 : 1))
          .at(-1);
        const sends = tuple.checkpoint.channel_values[TASKS];
        return tuple.checkpoint.v < 4 && sends ? withSends(tuple, sends, greatest) : tuple;
      });
    },
  },
  {
    name: "the sends are in order of task",
    clause: "legacy-v3/sends-are-in-order",
    breakSaver: withParentSends((tuple, sends) => {
      const sorted = sends.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      const values = sorted.map(([, , value]) => value);
      return tuple.checkpoint.v < 4 && sends.length > 0 ? withSends(tuple, values) : tuple;
    }),
  },
  {
    name: "a listing of all threads brings the sends of the first",
    clause: "legacy-v3/in-a-listing-of-all-threads",
    breakSaver(saver) {
      alterListing(saver, async (read, config, options) => {
        const found = await read(config, options);
        const first = found.find(({ checkpoint }) => checkpoint.v < 4 && checkpoint.channel_values[TASKS]);
        if (config.configurable?.["thread_id"] !== undefined || first === undefined) return found;
        const sends = first.checkpoint.channel_values[TASKS];
        return found.map((tuple) => (tuple.checkpoint.v < 4 ? withSends(tuple, sends) : tuple));
      });
    },
  },
  {
    name: "an old checkpoint whose parent has no sends cannot be read",
    clause: "legacy-v3/nothing-to-send-does-no-harm",
    breakSaver: withParentSends((tuple, sends) => {
      if (tuple.checkpoint.v < 3 && sends.length === 0) throw new Error("no sends");
      return tuple;
    }),
  },
  {
    name: "sends of the parent are brought to new checkpoints too",
    clause: "legacy-v3/new-checkpoints-are-left-alone",
    breakSaver: withParentSends((tuple, sends) => {
      const values = sends.map(([, , value]) => value);
      return sends.length > 0 ? withSends(tuple, values) : tuple;
    }),
  },
];
