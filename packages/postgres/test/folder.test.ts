import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { countTests } from "@threadmark/services";
import { PostgresSaver } from "@threadmark/postgres";
import { describe, expect, it } from "vitest";
import { folderWithDatabase, onPGlite, temporaryFolder } from "./saver-under-test.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

const cwd = import.meta.dirname;

/** A program in a process of its own, with a saver on a folder. */
function program(folder: string, body: string): string[] {
  const source = `
    import { PostgresSaver } from "@threadmark/postgres";
    const saver = PostgresSaver.fromFolder(${JSON.stringify(folder)});
    const config = { configurable: { thread_id: "t" } };
    ${body}`;
  return ["--input-type=module", "--eval", source];
}

const PUT = `
    const put = (id) => saver.put(config, { v: 4, id, ts: new Date(0).toISOString(), channel_values: { id, text: "x".repeat(9000) },
      channel_versions: { id: 1, text: 1 }, versions_seen: {} }, { source: "loop", step: 0, parents: {} }, { id: 1, text: 1 });`;

describe("a saver on a folder", () => {
  countTests(onPGlite.server);

  it("needs no setup, and a later one finds what was stored", async () => {
    await using folder = await temporaryFolder();
    {
      await using saver = PostgresSaver.fromFolder(folder.path);
      expect(saver.capabilities).toEqual({ persistent: true, shared: false, scanAllThreads: true });
      await putTurn(saver, { thread: "t", id: turnId(1), values: { text: longText("one") } });
    }
    await using again = PostgresSaver.fromFolder(folder.path);
    expect((await again.get(configOf("t")))?.channel_values).toEqual({ text: longText("one") });
  });

  it("is refused to a second saver, in this process and in another one, until it is closed", async () => {
    await using folder = await folderWithDatabase();
    const saver = PostgresSaver.fromFolder(folder.path);
    await saver.setup();
    const second = PostgresSaver.fromFolder(folder.path);
    await expect(second.setup()).rejects.toMatchObject({ code: "STORAGE_FAILED" });
    const body = `console.log(await saver.get(config).then(() => "opened", (error) => error.code)); process.exit();`;
    const other = await promisify(execFile)(process.execPath, program(folder.path, body), { cwd });
    expect(other.stdout.trim()).toBe("STORAGE_FAILED");
    await saver.close();
    await second.setup();
    await second.close();
  });

  it("has every checkpoint that was acknowledged when the process is killed", async () => {
    await using folder = await folderWithDatabase();
    const body = `${PUT}
      for (let i = 1; ; i++) { await put(String(i).padStart(8, "0")); process.stdout.write(i + "\\n"); }`;
    const child = spawn(process.execPath, program(folder.path, body), {
      cwd,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let acknowledged = 0;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      acknowledged = Math.max(acknowledged, ...text.split("\n").map(Number));
      if (acknowledged >= 40) child.kill("SIGKILL");
    });
    await once(child, "close");
    await using saver = PostgresSaver.fromFolder(folder.path);
    const ids: string[] = [];
    for await (const { checkpoint } of saver.list(configOf("t"))) {
      expect(checkpoint.channel_values).toEqual({ id: checkpoint.id, text: "x".repeat(9000) });
      ids.push(checkpoint.id);
    }
    expect(acknowledged).toBeGreaterThanOrEqual(40);
    for (let i = 1; i <= acknowledged; i++) expect(ids).toContain(turnId(i));
  });
});
