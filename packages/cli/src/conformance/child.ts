// Runs the clauses. The command starts this as a process, so that a saver that crashes it does not take the report
// with it.
import { verify } from "@threadmark/conformance";
import { CommandError } from "../exit-codes.ts";
import { loadHarness } from "./harness.ts";
import type { Job, Message } from "./protocol.ts";

process.once("message", (job: Job) => void run(job));

async function run(job: Job): Promise<void> {
  try {
    const { name, open, options } = await loadHarness(job);
    await tell({ kind: "loaded", name });
    await verify({
      ...options,
      ...job.options,
      name,
      open,
      onStart: ({ id }) => void tell({ kind: "start", id }),
      onEnd: (entry) => void tell({ kind: "end", entry }),
    });
    await tell({ kind: "done" });
  } catch (error) {
    await tell({ kind: "unusable", message: messageOf(error) });
  }
  // What the saver leaves open must not keep the command waiting.
  process.exit();
}

function tell(message: Message): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send!(message, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}

function messageOf(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
