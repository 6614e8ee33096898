import { alterPut } from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";
import { removeSimply, withoutRelinking } from "./removal.ts";

export const runsMutants: readonly Mutant[] = [
  {
    name: "only the first run is deleted",
    clause: "runs/removes-the-checkpoints-of-a-run",
    breakSaver(saver) {
      patch(saver, "deleteForRuns", (deleteForRuns) => (runs) => deleteForRuns(runs.slice(0, 1)));
    },
  },
  {
    name: "children of deleted checkpoints have no parent",
    clause: "runs/relinks-children",
    breakSaver: withoutRelinking("deleteForRuns"),
  },
  {
    name: "the run of configurable goes first",
    clause: "runs/the-run-of-the-metadata-goes-first",
    breakSaver(saver) {
      alterPut(saver, (config, ...rest) => {
        const run: unknown = config.configurable?.["run_id"] ?? config.metadata?.["run_id"];
        return [{ ...config, metadata: { ...config.metadata, run_id: run } }, ...rest];
      });
    },
  },
  {
    name: "no runs stand for all",
    clause: "runs/unknown-runs-are-no-error",
    breakSaver(saver, store) {
      const known = note(store, "runs", () => new Set<string>());
      alterPut(saver, (config, ...rest) => {
        const run: unknown = config.metadata?.["run_id"];
        if (typeof run === "string") known.add(run);
        return [config, ...rest];
      });
      patch(
        saver,
        "deleteForRuns",
        (deleteForRuns) => (runs) => deleteForRuns(runs.length === 0 ? [...known] : runs),
      );
    },
  },
  {
    name: "ancestors of delta channels are deleted with their run",
    clause: "runs/keeps-what-delta-channels-need",
    breakSaver(saver, { storage }) {
      patch(saver, "deleteForRuns", (deleteForRuns) => async (runs) => {
        const page = await storage.runs({ runs, after: undefined, limit: 1000 });
        for (const thread of page.threads) {
          await removeSimply(storage, thread, ({ run }) => run !== undefined && runs.includes(run));
        }
        return deleteForRuns(runs);
      });
    },
  },
];
