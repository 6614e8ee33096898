import type { Command } from "commander";
import type { Context } from "../main.ts";
import { storeCommand } from "../stores/command.ts";
import { ownSaver } from "../stores/open-store.ts";
import { tableOf } from "../table.ts";

/** `threadmark stats`: how much there is. */
export function statsCommand(context: Context): Command {
  return storeCommand<{ json?: true }>(
    context,
    "stats",
    "Count threads, by state, and checkpoints.",
    ["postgres://localhost/app --json"],
    async ({ store, flags }) => {
      const saver = ownSaver(store);
      const states: Record<string, number> = {};
      let expiring = 0;
      for await (const { state = "no state", expiresAt } of saver.listThreads()) {
        states[state] = (states[state] ?? 0) + 1;
        if (expiresAt) expiring++;
      }
      const threads = Object.values(states).reduce((sum, count) => sum + count, 0);
      // What would go if nothing were kept is what there is.
      const all = await saver.prune({ allThreads: true, keepLatest: 0, dryRun: true });
      const counts = { threads, ...states, expiring, checkpoints: all.checkpoints };
      const rows = Object.entries(counts).map(([name, count]) => [name, `${count}`]);
      context.terminal.out(flags.json ? `${JSON.stringify(counts)}\n` : tableOf(["WHAT", "COUNT"], rows));
    },
  );
}
