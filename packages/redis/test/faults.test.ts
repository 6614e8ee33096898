import { execFile } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { RedisSaver } from "@threadmark/redis";
import { countTests, startFaultProxy, type FaultProxy } from "@threadmark/services";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newest, PATIENT, useKeys } from "./server.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

describe("faults of the network", () => {
  countTests(newest);
  const { client, keyPrefix } = useKeys();
  let proxy: FaultProxy;
  let url: string;

  beforeAll(async () => {
    const target = new URL(newest.url);
    proxy = await startFaultProxy({ host: target.hostname, port: Number(target.port) });
    [target.hostname, target.port] = ["127.0.0.1", String(proxy.port)];
    url = target.href;
  });

  afterAll(() => proxy.close());

  /** The next data from the server is lost, together with its connection. */
  function loseNextAnswer(): void {
    proxy.onData = () => {
      proxy.onData = () => false;
      return true;
    };
  }

  async function valuesIn(thread: string): Promise<unknown[]> {
    const found: unknown[] = [];
    const reader = new RedisSaver(client, { keyPrefix });
    for await (const { checkpoint } of reader.list(configOf(thread))) found.push(checkpoint.channel_values);
    return found;
  }

  it("an idle connection that the server closes ends neither the process nor the next call", async () => {
    const connectionName = "idle";
    await using saver = RedisSaver.fromUrl(url, { keyPrefix, redis: { connectionName } });
    await putTurn(saver, { thread: "idle", id: turnId(1), values: { a: 1 } });
    await killNamed(connectionName);
    expect((await saver.get(configOf("idle")))?.channel_values).toEqual({ a: 1 });
  });

  /** Closes the connections of a name, and returns how many there were. */
  async function killNamed(name: string): Promise<number> {
    const list = String(await client.call("CLIENT", "LIST")).split("\n");
    const ids = list
      .filter((line) => line.includes(` name=${name} `))
      .map((line) => /^id=(\d+)/.exec(line)![1]!);
    for (const id of ids) await client.call("CLIENT", "KILL", "ID", id);
    return ids.length;
  }

  it("a saver survives when its idle connection is closed", async () => {
    const script = `
      import { RedisSaver } from "@threadmark/redis";
      const saver = RedisSaver.fromUrl(${JSON.stringify(url)}, { keyPrefix: "${keyPrefix}", redis: { connectionName: "lone" } });
      await saver.getTuple({ configurable: { thread_id: "t" } });
      process.stdout.write("ready ");
      process.stdin.once("data", async () => {
        await saver.getTuple({ configurable: { thread_id: "t" } });
        process.stdout.write("alive");
        await saver.close();
        process.stdin.unref();
      });`;
    const args = ["--input-type=module", "--eval", script];
    const running = promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
    await once(running.child.stdout!, "data");
    expect(await killNamed("lone")).toBe(1);
    running.child.stdin!.write("go on");
    const { stdout, stderr } = await running;
    expect(stdout).toBe("ready alive");
    expect(stderr).toBe("");
  });

  it.each(["before", "after"])(
    "a connection reset %s the server has worked: put is stored once",
    async (when) => {
      await using saver = RedisSaver.fromUrl(url, { keyPrefix });
      const thread = `reset ${when}`;
      await putTurn(saver, { thread, id: turnId(1), values: { text: longText("one") } });
      if (when === "before") proxy.reset();
      else loseNextAnswer();
      await putTurn(saver, { thread, id: turnId(2), parent: turnId(1), values: { text: longText("two") } });
      expect(await valuesIn(thread)).toEqual([{ text: longText("two") }, { text: longText("one") }]);
    },
  );

  it("a client that neither queues nor resends gets the call repeated all the same", async () => {
    const unsafe = { enableOfflineQueue: false, autoResendUnfulfilledCommands: false };
    const strict = new Redis(url, { ...unsafe, commandTimeout: 500 });
    await new Promise((resolve) => strict.once("ready", resolve));
    strict.on("error", () => {});
    const saver = new RedisSaver(strict, { keyPrefix, retryMs: 60_000 });
    await putTurn(saver, { thread: "strict", id: turnId(1), values: { a: 1 } });
    loseNextAnswer();
    await putTurn(saver, { thread: "strict", id: turnId(2), parent: turnId(1), values: { a: 2 } });
    expect(await valuesIn("strict")).toEqual([{ a: 2 }, { a: 1 }]);
    strict.disconnect();
  });

  it("a call is repeated whose script was answered, but not its wait for replicas", async () => {
    const wait = { replicas: 1, timeoutMs: 300 };
    await using saver = RedisSaver.fromUrl(url, { keyPrefix, wait });
    const late = "the call was carried out, but after 300 ms 0 of the 1 requested replicas";
    await expect(putTurn(saver, { thread: "wait", id: turnId(1), values: { a: 1 } })).rejects.toThrow(late);
    let answers = 0;
    // Without replicas the answer to WAIT comes late, and alone.
    proxy.onData = (data) => data.toString() === ":0\r\n" && ++answers === 1;
    const put = putTurn(saver, { thread: "wait", id: turnId(2), parent: turnId(1), values: { a: 2 } });
    await expect(put).rejects.toThrow(late);
    expect(answers).toBe(2);
    expect(await valuesIn("wait")).toEqual([{ a: 2 }, { a: 1 }]);
    proxy.onData = () => false;
  });

  it("a client whose calls would never end after a lost connection is refused", async () => {
    const options = { autoResendUnfulfilledCommands: false };
    const forgetful = new Redis(url, { ...options, lazyConnect: true });
    expect(() => new RedisSaver(forgetful)).toThrow(/commandTimeout/);
    const own = RedisSaver.fromUrl(url, { redis: options });
    await expect(own.getTuple(configOf("t"))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("an answer that is lost does not make a copy fail, nor a put with a fence", async () => {
    await using saver = RedisSaver.fromUrl(url, { keyPrefix, fence: "head" });
    await putTurn(saver, { thread: "original", id: turnId(1), values: { a: 1 } });
    loseNextAnswer();
    await saver.copyThread("original", "copy");
    expect(await valuesIn("copy")).toEqual([{ a: 1 }]);
    loseNextAnswer();
    await putTurn(saver, { thread: "copy", id: turnId(2), parent: turnId(1), values: { a: 2 } });
    expect(await valuesIn("copy")).toEqual([{ a: 2 }, { a: 1 }]);
  });

  it("a put that cannot be made rejects with the error of the driver, and nothing is visible", async () => {
    await using saver = RedisSaver.fromUrl(url, { keyPrefix, redis: { maxRetriesPerRequest: 3 } });
    await putTurn(saver, { thread: "down", id: turnId(1), values: { text: longText("one") } });
    await proxy.down();
    const put = putTurn(saver, { thread: "down", id: turnId(2), values: { text: longText("two") } });
    await expect(put).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await proxy.up();
    expect(await valuesIn("down")).toEqual([{ text: longText("one") }]);
    await putTurn(saver, { thread: "down", id: turnId(3), values: { text: longText("three") } });
    expect(await valuesIn("down")).toHaveLength(2);
  });

  it("a connection that is lost for longer than ioredis waits by itself: the call is repeated for retryMs", async () => {
    let attempts = 0;
    const retryStrategy = (): number => (++attempts > 25 ? 1000 : 1);
    await using saver = RedisSaver.fromUrl(url, { keyPrefix, retryMs: 60_000, redis: { retryStrategy } });
    await putTurn(saver, { thread: "patient", id: turnId(1), values: { a: 1 } });
    await proxy.down();
    const put = putTurn(saver, { thread: "patient", id: turnId(2), parent: turnId(1), values: { a: 2 } });
    // After twenty attempts to connect, ioredis would give up its calls.
    await expect.poll(() => attempts, PATIENT).toBeGreaterThan(25);
    await proxy.up();
    await put;
    expect(await valuesIn("patient")).toEqual([{ a: 2 }, { a: 1 }]);
  });

  it("without a server, the first call rejects with the reason", async () => {
    await using saver = RedisSaver.fromUrl("redis://127.0.0.1:1", { redis: { maxRetriesPerRequest: 1 } });
    await expect(saver.getTuple(configOf("t"))).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await expect(saver.setup()).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("resets under load: what was acknowledged is there, and everything there is whole", async () => {
    await using saver = RedisSaver.fromUrl(url, { keyPrefix });
    const acknowledged = new Map<string, string>();
    let [resets, acknowledgedBefore] = [0, 0];
    const write = async (writer: number): Promise<void> => {
      for (let n = 1; resets < 20; n++) {
        const text = longText(`${writer} ${n}`);
        const put = putTurn(saver, { thread: `load ${writer}`, id: turnId(n), values: { text } });
        const stored = await put.then(
          () => true,
          () => false,
        );
        if (stored) acknowledged.set(`load ${writer}/${turnId(n)}`, text);
      }
    };
    const reset = setInterval(() => {
      // A slow machine may need longer to connect again.
      if (acknowledged.size === acknowledgedBefore) return;
      acknowledgedBefore = acknowledged.size;
      resets++;
      proxy.reset();
    }, 150);
    await Promise.all([0, 1, 2, 3].map(write));
    clearInterval(reset);
    const reader = new RedisSaver(client, { keyPrefix });
    const found = new Map<string, unknown>();
    for (const writer of [0, 1, 2, 3]) {
      for await (const { checkpoint } of reader.list(configOf(`load ${writer}`))) {
        found.set(`load ${writer}/${checkpoint.id}`, checkpoint.channel_values["text"]);
      }
    }
    for (const [key, text] of acknowledged) expect(found.get(key)).toBe(text);
    for (const [key, text] of found) {
      const [, writer, id] = /^load (\d)\/(\d+)$/.exec(key)!;
      expect(text).toBe(longText(`${writer} ${Number(id)}`));
    }
  });
});

describe("ownership", () => {
  countTests(newest);
  const { client, keyPrefix } = useKeys();

  it("a client that was given is not closed", async () => {
    const saver = new RedisSaver(client, { keyPrefix });
    await putTurn(saver, { thread: "t", id: turnId(1) });
    await saver.close();
    expect(await client.ping()).toBe("PONG");
  });

  it("a client of our own is closed, also when it never connected, and what is under way ends well", async () => {
    const saver = RedisSaver.fromUrl(newest.url, { keyPrefix, redis: { connectionName: "own" } });
    const put = putTurn(saver, { thread: "own", id: turnId(1), values: { a: 1 } });
    await saver.getTuple(configOf("own"));
    await saver.close();
    await put;
    await expect
      .poll(async () => String(await client.call("CLIENT", "LIST")), PATIENT)
      .not.toContain("name=own ");
    await RedisSaver.fromUrl("redis://127.0.0.1:1").close();
  });
});
