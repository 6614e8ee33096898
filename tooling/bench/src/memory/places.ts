import { MemorySaver as OfficialMemorySaver } from "@langchain/langgraph-checkpoint";
import { MemorySaver, MemoryStorage } from "@threadmark/memory";
import type { OpenPlace, Saver } from "../place.ts";
import { openSqlite } from "./sqlite.ts";

export const places: Readonly<Record<string, OpenPlace>> = {
  async ours() {
    const storage = new MemoryStorage();
    const open = () => new MemorySaver({ storage });
    return inProcess(open(), open);
  },
  async official() {
    const saver = new OfficialMemorySaver();
    return inProcess(saver, () => saver);
  },
  async sqlite() {
    const saver = openSqlite();
    return inProcess(saver, () => saver);
  },
  async workflow() {
    const saver = new MemorySaver();
    return { ...inProcess(saver, () => saver), workflows: true };
  },
};

function inProcess(saver: Saver, open: () => Saver) {
  return {
    saver,
    workflows: false,
    reopen: async () => open(),
    traffic: () => ({ roundTrips: 0, wire: 0 }),
    async [Symbol.asyncDispose]() {},
  };
}
