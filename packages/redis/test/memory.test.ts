import { RedisSaver } from "@threadmark/redis";
import { countTests, nameOf } from "@threadmark/services";
import { describe, expect, it } from "vitest";
import { keysWith, singleServers, useKeys } from "./server.ts";
import { configOf, putTurn, turnId } from "@threadmark/storage-tests/turns";

const TURNS = 1000;
const MESSAGE = 500;

/** Text that repeats nowhere, the same in every run. */
function* messages(): Generator<string, never> {
  let state = 1;
  for (;;) {
    let text = "";
    while (text.length < MESSAGE) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      text += `${state.toString(36)} `;
    }
    yield text.slice(0, MESSAGE);
  }
}

describe.each(singleServers.map((server) => ({ title: nameOf(server), server })))(
  "memory on $title",
  ({ server }) => {
    countTests(server);
    const { client, keyPrefix } = useKeys(server);

    it("a thread of 1,000 turns takes at most six times its conversation, with every checkpoint and write", async () => {
      const saver = new RedisSaver(client, { keyPrefix });
      const source = messages();
      const conversation: { role: string; content: string }[] = [];
      for (let turn = 1; turn <= TURNS; turn++) {
        const added = ["user", "assistant"].map((role) => ({ role, content: source.next().value }));
        conversation.push(...added);
        const [id, parent] = [turnId(turn), turn > 1 ? turnId(turn - 1) : undefined];
        await putTurn(saver, { thread: "t", id, parent, values: { messages: [...conversation] } });
        await saver.putWrites(configOf("t", id), [["messages", added]], `task ${turn}`);
      }
      const sizes = (await keysWith(client, keyPrefix)).map((key) =>
        client.memory("USAGE", key, "SAMPLES", 0),
      );
      const total = (await Promise.all(sizes)).reduce((sum: number, size) => sum + size!, 0);
      expect(total).toBeLessThanOrEqual(6 * TURNS * 2 * MESSAGE);
      expect((await new RedisSaver(client, { keyPrefix }).get(configOf("t")))?.channel_values).toEqual({
        messages: conversation,
      });
    });
  },
);
