import type { Meter } from "../place.ts";

/** There is no server. */
export const meter: Meter = {
  use: async () => ({ cpu: 0, log: undefined }),
  stored: async () => [],
  async remove() {},
  async [Symbol.asyncDispose]() {},
};
