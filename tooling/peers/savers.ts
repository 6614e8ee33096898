import { readFile } from "node:fs/promises";
import { MemorySaver as OfficialMemorySaver } from "@langchain/langgraph-checkpoint";
import type { OpenStore } from "@threadmark/conformance";
import { MemorySaver, MemoryStorage } from "@threadmark/memory";

/** A saver of the table. */
export interface Peer {
  /** Head of its column. */
  readonly name: string;
  readonly open: OpenStore;
}

export const ours: Peer = {
  name: "Threadmark `MemorySaver`",
  async open(options) {
    const storage = new MemoryStorage();
    const reopen = async (): Promise<MemorySaver> => new MemorySaver({ ...options, storage });
    return { saver: await reopen(), reopen, close: () => storage.close() };
  },
};

export const official: Peer = {
  name: "LangGraph.js `MemorySaver`",
  async open({ serde, ...others } = {}) {
    if (Object.keys(others).length > 0) return undefined;
    const saver = serde === undefined ? new OfficialMemorySaver() : new OfficialMemorySaver(serde);
    return { saver, async close() {} };
  },
};

/** The installed version of `@langchain/langgraph-checkpoint`. */
export async function officialVersion(): Promise<string> {
  const entry = import.meta.resolve("@langchain/langgraph-checkpoint");
  const text = await readFile(new URL("../package.json", entry), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
