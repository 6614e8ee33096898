import { conformance, verify } from "@threadmark/conformance";
import { expect, it } from "vitest";

const nothing = { name: "x", open: async () => undefined, only: [] };

it.each<[string, (options: object) => unknown]>([
  ["verify", (options) => verify({ ...nothing, ...options })],
  ["sizes", (sizes) => verify({ ...nothing, sizes })],
  ["conformance", (options) => conformance(options as never)],
])("%s refuses an option that it does not know", async (_, call) => {
  const refused = { code: "INVALID_ARGUMENT", field: "colour" };
  await expect((async () => call({ colour: 1 }))()).rejects.toMatchObject(refused);
});
