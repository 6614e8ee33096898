import { WorkflowError } from "./errors.ts";
import { follow } from "./follow.ts";
import type { RunEnd } from "./run-body.ts";
import type { Tree } from "./tree.ts";

/** The run rejects as soon as it is aborted; results of tasks that finish later are still stored. */
export async function untilAborted(
  tree: Tree,
  start: () => Promise<RunEnd>,
  timeout: number | undefined,
  controller: AbortController,
): Promise<RunEnd> {
  const unfollow = follow(tree.config.signal, controller);
  tree.check();
  const cancel =
    timeout === undefined
      ? undefined
      : tree.clock.after(timeout, () => {
          controller.abort(new WorkflowError("TIMEOUT", `the run took longer than ${timeout} ms`));
        });
  const run = start();
  let onAbort!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(tree.signal.reason as Error);
    tree.signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([run, aborted]);
  } finally {
    cancel?.();
    unfollow();
    tree.signal.removeEventListener("abort", onAbort);
    // After an abort, nothing waits for the rest.
    run.catch(() => {});
  }
}
