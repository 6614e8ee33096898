import { MemorySaver } from "@threadmark/memory";

/** Six clauses or more that pass, and three that do not apply: this harness cannot reopen its store. */
export const subject = {
  name: "MemorySaver",
  only: ["get", "reopen"],
  open: async () => ({ saver: new MemorySaver(), close: async () => {} }),
};
