import { countTests } from "@threadmark/services";
import { describe, expect, it } from "vitest";
import { borrowed } from "../../src/client.ts";
import { RedisStorage } from "../../src/storage.ts";
import { newest, useKeys } from "../server.ts";

/** More than a call can take as arguments one by one, in JavaScript as in Lua. */
const BLOBS = 150_000;

describe("a value of very many pieces", () => {
  countTests(newest);
  const { client, keyPrefix } = useKeys();

  it("is stored by one call and read by one", async () => {
    const open = borrowed(client, { firstMs: 0, loadingMs: 0 });
    const storage = new RedisStorage({ open, keyPrefix, wait: undefined, retryMs: 0 });
    const blobs = Array.from({ length: BLOBS }, (_, i) => ({
      id: `${i.toString(16).padStart(30, "0")}00`,
      kind: "leaf" as const,
      bytes: Buffer.from(String(i)),
    }));
    const refs = blobs.map(({ id }) => id);
    const none = new Uint8Array();
    const put = await storage.put({
      thread: "t",
      blobs,
      epoch: undefined,
      newEpoch: "e",
      ttl: undefined,
      relies: [],
      entries: [],
      claim: undefined,
      keepParent: false,
      fence: false,
      checkpoint: {
        namespace: "",
        id: "1",
        parent: undefined,
        run: undefined,
        header: none,
        metadata: none,
        index: [],
        refs,
        seal: 1,
        parentSeal: 2,
      },
    });
    expect(put).toEqual({ outcome: "stored", epoch: "e" });
    const found = await storage.get({ thread: "t", namespace: "", id: undefined, have: [], ttl: undefined });
    expect(found?.blobs).toHaveLength(BLOBS);
    expect(Buffer.from(found!.blobs.at(-1)!.bytes).toString()).toBe(String(BLOBS - 1));
    const checkpoints = [{ namespace: "", id: "1" }];
    expect(await storage.remove({ thread: "t", checkpoints, relink: [], newEpoch: "f" })).toEqual({
      outcome: "removed",
      blobs: BLOBS,
    });
  });
});
