import { checkOutline } from "./check-records.ts";
import type { CheckpointKey, CheckpointOutline, WholeStorage } from "../storage/port.ts";

const PAGE = 1000;

/** All checkpoints of a thread without their values, newest first. */
export async function* outlineOf(storage: WholeStorage, thread: string): AsyncGenerator<CheckpointOutline> {
  let after: CheckpointKey | undefined;
  for (;;) {
    const page = await storage.outline({ thread, after, limit: PAGE });
    for (const checkpoint of page.checkpoints) {
      checkOutline(thread, checkpoint);
      yield checkpoint;
    }
    after = page.checkpoints.at(-1);
    if (!page.more || !after) return;
  }
}
