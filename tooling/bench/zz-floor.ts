import { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { MemorySaver } from "@threadmark/memory";
import { converse } from "./src/langgraph-chat.ts";
class RefSaver extends BaseCheckpointSaver {
  map = new Map<string, any>();
  last: any;
  writes = new Map<string, any[]>();
  async getTuple(config: any) {
    const id = config.configurable?.checkpoint_id ?? this.last;
    const t = this.map.get(id);
    return (
      t && {
        ...t,
        checkpoint: { ...t.checkpoint, channel_values: { ...t.checkpoint.channel_values } },
        pendingWrites: [],
      }
    );
  }
  async *list() {}
  async put(config: any, checkpoint: any, metadata: any) {
    const { thread_id, checkpoint_ns = "" } = config.configurable;
    const out = { configurable: { thread_id, checkpoint_ns, checkpoint_id: checkpoint.id } };
    this.map.clear();
    this.map.set(checkpoint.id, {
      config: out,
      checkpoint: {
        ...checkpoint,
        channel_values: { ...checkpoint.channel_values },
        channel_versions: { ...checkpoint.channel_versions },
      },
      metadata,
      parentConfig: undefined,
    });
    this.last = checkpoint.id;
    return out;
  }
  async putWrites() {}
  async deleteThread() {}
}
const which = process.argv[2];
const turns = Number(process.argv[3] ?? 1000);
const saver: any = which === "ref" ? new RefSaver() : new MemorySaver();
const c = process.cpuUsage();
const b = Date.now();
await converse(saver, "t", turns);
const u = process.cpuUsage(c);
console.log(which, turns, "wall", Date.now() - b, "cpu", (u.user + u.system) / 1e6);
