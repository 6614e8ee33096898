import { MemorySaver as OfficialMemorySaver } from "@langchain/langgraph-checkpoint";
import type { OpenStore } from "@threadmark/conformance";
import { MemorySaver, MemoryStorage } from "@threadmark/memory";

/** A saver that needs no server. */
export interface Tested {
  readonly name: string;
  readonly version: string;
  readonly open: OpenStore;
}

export const ours: Pick<Tested, "open"> = {
  async open(options) {
    const storage = new MemoryStorage();
    const reopen = async (): Promise<MemorySaver> => new MemorySaver({ ...options, storage });
    return { saver: await reopen(), reopen, close: () => storage.close() };
  },
};

export const official: Pick<Tested, "open"> = {
  async open({ serde, ...others } = {}) {
    if (Object.keys(others).length > 0) return undefined;
    const saver = serde === undefined ? new OfficialMemorySaver() : new OfficialMemorySaver(serde);
    return { saver, async close() {} };
  },
};
