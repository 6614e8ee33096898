import { unescapeText } from "../codec/text.ts";
import { configOf } from "../ids.ts";
import type { Engine } from "../saver/engine.ts";
import { outlineOf } from "../saver/outline.ts";
import { readTuple } from "../saver/read.ts";
import { allThreads, readThread } from "../saver/threads.ts";
import { movedFrom } from "./moved.ts";
import { movingEngine } from "./moving-engine.ts";
import type { ThreadSource } from "./thread-source.ts";

/** A saver of this package: task paths and runs are known, and checkpoints are found without their values. */
export function engineSource(engine: Engine): ThreadSource {
  const { storage } = engine;
  const moving = movingEngine(engine);
  return {
    async *threadIds() {
      for await (const { thread } of allThreads(storage)) yield thread;
    },
    async has(thread) {
      return (await storage.outline({ thread, after: undefined, limit: 1 })).checkpoints.length > 0;
    },
    async *checkpoints(thread) {
      for await (const { namespace, id, run } of outlineOf(storage, thread)) {
        const tuple = await readTuple(moving, configOf(thread, namespace, id));
        if (!tuple) continue;
        const at = { thread, namespace, id, limit: 1 };
        const [stored] = tuple.pendingWrites?.length ? await storage.ancestors(at) : [];
        const paths = new Map(stored?.writes.map(({ task, path }) => [task, unescapeText(path)]));
        yield movedFrom(tuple, { paths, run });
      }
    },
    async metadata(thread) {
      const metadata = (await readThread(moving, thread))?.metadata;
      return metadata && Object.keys(metadata).length > 0 ? metadata : undefined;
    },
  };
}
