import { spawn } from "node:child_process";
import { once } from "node:events";
import { countTests, startFaultProxy, type FaultProxy } from "@threadmark/services";
import { PostgresSaver } from "@threadmark/postgres";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newest, newName, useSchema } from "./database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

describe("faults", () => {
  countTests(newest);
  const { schema, pool } = useSchema();
  let proxy: FaultProxy;
  let url: string;

  beforeAll(async () => {
    const target = new URL(newest.url);
    proxy = await startFaultProxy({ host: target.hostname, port: Number(target.port) });
    [target.hostname, target.port] = ["127.0.0.1", String(proxy.port)];
    url = target.href;
    await new PostgresSaver(pool, { schema }).setup();
  });

  afterAll(() => proxy.close());

  it("an idle connection that the server closes ends neither the process nor the next call", async () => {
    const application = newName();
    await using saver = PostgresSaver.fromConnString(url, {
      schema,
      pool: { application_name: application },
    });
    await putTurn(saver, { thread: "idle", id: turnId(1), values: { a: 1 } });
    await pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", [
      application,
    ]);
    expect((await saver.get(configOf("idle")))?.channel_values).toEqual({ a: 1 });
  });

  it("a saver survives when its idle connection is closed", async () => {
    const script = `
      import { once } from "node:events";
      import { PostgresSaver } from "@threadmark/postgres";
      const saver = PostgresSaver.fromConnString(${JSON.stringify(url)}, { schema: "${schema}", pool: { application_name: "lone" } });
      await saver.getTuple({ configurable: { thread_id: "t" } });
      process.stdout.write("ready ");
      await once(process.stdin, "data");
      await saver.getTuple({ configurable: { thread_id: "t" } });
      process.stdout.write("alive");
      await saver.close();
      process.exit();`;
    const args = ["--input-type=module", "--eval", script];
    const child = spawn(process.execPath, args, {
      cwd: import.meta.dirname,
      stdio: ["pipe", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
    const ended = once(child, "close");
    await Promise.race([once(child.stdout, "data"), ended]);
    const { rowCount } = await pool.query(
      "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE application_name = 'lone'",
    );
    expect(rowCount).toBe(1);
    child.stdin.write("go on");
    await ended;
    expect(said).toBe("ready alive");
  });

  it.each(["before", "after"])(
    "a connection reset %s the server has worked: put is stored once",
    async (when) => {
      await using saver = PostgresSaver.fromConnString(url, { schema });
      const thread = `reset ${when}`;
      await putTurn(saver, { thread, id: turnId(1), values: { text: longText("one") } });
      if (when === "before") proxy.reset();
      else {
        // The answer is lost and the work is done.
        let cut = true;
        proxy.onData = () => {
          const now = cut;
          cut = false;
          return now;
        };
      }
      await putTurn(saver, { thread, id: turnId(2), parent: turnId(1), values: { text: longText("two") } });
      proxy.onData = () => false;
      const reader = new PostgresSaver(pool, { schema });
      const found: unknown[] = [];
      for await (const { checkpoint } of reader.list(configOf(thread))) found.push(checkpoint.channel_values);
      expect(found).toEqual([{ text: longText("two") }, { text: longText("one") }]);
    },
  );

  it("an answer that is lost does not make a copy fail", async () => {
    await using saver = PostgresSaver.fromConnString(url, { schema });
    await putTurn(saver, { thread: "original", id: turnId(1), values: { a: 1 } });
    let cut = true;
    proxy.onData = () => {
      const now = cut;
      cut = false;
      return now;
    };
    await saver.copyThread("original", "copy");
    proxy.onData = () => false;
    expect((await saver.get(configOf("copy")))?.channel_values).toEqual({ a: 1 });
  });

  it("a put that cannot be made rejects with the error of the driver, and nothing is visible", async () => {
    await using saver = PostgresSaver.fromConnString(url, { schema });
    await putTurn(saver, { thread: "down", id: turnId(1), values: { text: longText("one") } });
    await proxy.down();
    const put = putTurn(saver, { thread: "down", id: turnId(2), values: { text: longText("two") } });
    await expect(put).rejects.toMatchObject({ code: expect.stringMatching(/^E[A-Z]+$/) });
    await proxy.up();
    expect((await saver.get(configOf("down")))?.id).toBe(turnId(1));
  });

  it("an outage at the first call is not remembered: the cause surfaces, and the next call works", async () => {
    await proxy.down();
    await using saver = PostgresSaver.fromConnString(url, { schema });
    for (const call of [() => saver.getTuple(configOf("outage")), () => saver.setup()]) {
      await expect(call()).rejects.toMatchObject({ code: expect.stringMatching(/^E[A-Z]+$/) });
    }
    await proxy.up();
    await putTurn(saver, { thread: "outage", id: turnId(1), values: { a: 1 } });
    expect((await saver.get(configOf("outage")))?.channel_values).toEqual({ a: 1 });
  });

  it("an error of the database surfaces as it is, and the saver keeps working", async () => {
    const application = newName();
    await using saver = PostgresSaver.fromConnString(url, {
      schema,
      pool: { max: 1, application_name: application },
    });
    await saver.getTuple(configOf("slow"));
    const blocker = await pool.connect();
    await blocker.query("BEGIN");
    await blocker.query(`LOCK ${schema}.threadmark_threads`);
    const put = putTurn(saver, { thread: "slow", id: turnId(1) });
    const cancel = async (): Promise<number | null> => {
      const { rowCount } = await pool.query(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'",
        [application],
      );
      return rowCount;
    };
    const cancelled = async (): Promise<void> => {
      await expect.poll(cancel, { timeout: 240_000 }).toBe(1);
    };
    await Promise.all([expect(put).rejects.toMatchObject({ code: "57014" }), cancelled()]);
    await blocker.query("ROLLBACK");
    blocker.release();
    await putTurn(saver, { thread: "slow", id: turnId(1), values: { a: 1 } });
    expect((await saver.get(configOf("slow")))?.channel_values).toEqual({ a: 1 });
  });

  it("resets under load: what was acknowledged is there, and everything there is whole", async () => {
    await using saver = PostgresSaver.fromConnString(url, { schema, pool: { max: 4 } });
    const acknowledged = new Map<string, string>();
    // By what was sent, not by a clock: on a slow machine there would be resets and nothing else.
    let [pieces, resets] = [0, 0];
    proxy.onData = () => {
      if (++pieces % 50 > 0) return false;
      resets++;
      proxy.reset();
      return true;
    };
    const write = async (writer: number): Promise<void> => {
      for (let n = 1; acknowledged.size < 300 || resets < 10; n++) {
        const text = longText(`${writer} ${n}`);
        const stored = await putTurn(saver, {
          thread: `load ${writer}`,
          id: turnId(n),
          values: { text },
        }).then(
          () => true,
          () => false,
        );
        if (stored) acknowledged.set(`load ${writer}/${turnId(n)}`, text);
      }
    };
    await Promise.all([0, 1, 2, 3].map(write));
    proxy.onData = () => false;
    const reader = new PostgresSaver(pool, { schema });
    const found = new Map<string, unknown>();
    for (const writer of [0, 1, 2, 3]) {
      for await (const { checkpoint } of reader.list(configOf(`load ${writer}`))) {
        found.set(`load ${writer}/${checkpoint.id}`, checkpoint.channel_values["text"]);
      }
    }
    for (const [key, text] of acknowledged) expect(found.get(key)).toBe(text);
    for (const [key, text] of found)
      expect(text).toBe(longText(key.slice(5).replace("/", " ").replace(/ 0+/, " ")));
  });
});

describe("ownership", () => {
  countTests(newest);
  const { schema, pool } = useSchema();

  it("a pool that was given is not ended, and a client works as well", async () => {
    const saver = new PostgresSaver(pool, undefined, { schema });
    await saver.setup();
    await saver.close();
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    const client = new pg.Client({ connectionString: newest.url });
    await client.connect();
    const onClient = new PostgresSaver(client, { schema });
    await Promise.all(
      [1, 2, 3].map((n) => putTurn(onClient, { thread: "client", id: turnId(n), values: { n } })),
    );
    await onClient.close();
    expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await client.end();
  });

  it("type parsers of the application do not change what is read", async () => {
    const client = new pg.Client({
      connectionString: newest.url,
      types: { getTypeParser: () => () => "nonsense" },
    });
    await client.connect();
    const saver = new PostgresSaver(client, { schema });
    await putTurn(saver, { thread: "parsers", id: turnId(1), values: { a: [1, longText("a")] } });
    expect((await saver.get(configOf("parsers")))?.channel_values).toEqual({ a: [1, longText("a")] });
    await client.end();
  });
});
