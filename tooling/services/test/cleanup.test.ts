import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { hasPrivate } from "@threadmark/services";
import { getContainerRuntimeClient } from "testcontainers";
import { describe, expect, it } from "vitest";
import { until } from "../src/patience.ts";
import { isListening } from "./listening.ts";

const NAMES = ["redis:8", "postgres:17"];

/** A run in a separate process, which writes nothing outside its folder. */
interface ChildRun extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly folder: string;
  /** URLs of what it started. */
  readonly urls: Promise<string[]>;
}

async function startRun(way: string): Promise<ChildRun> {
  const folder = await mkdtemp(join(tmpdir(), "threadmark-cleanup-"));
  // Programs may run as another user, who has to enter.
  await chmod(folder, 0o755);
  const script = join(import.meta.dirname, "run-in-child.ts");
  const env = { ...process.env, TMPDIR: folder, TEST_WAYS: way, TEST_REQUIRE: "all" };
  const child = spawn(process.execPath, [script, ...NAMES], { env, stdio: ["ignore", "pipe", "inherit"] });
  const line = once(createInterface({ input: child.stdout }), "line");
  const urls = Promise.race([line, once(child, "exit")]).then(
    ([text]) => JSON.parse(String(text)) as string[],
  );
  const remove = async (): Promise<void> => {
    child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  };
  return { child, folder, urls, [Symbol.asyncDispose]: remove };
}

/** The folders that the run has at this moment. Not of it is a lock of testcontainers, an empty file. */
async function left(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.startsWith("threadmark-"));
}

async function containersOf(folder: string): Promise<string[]> {
  const { container } = await getContainerRuntimeClient();
  const all = await container.list();
  return all.filter(({ Labels }) => Labels["threadmark.host"]?.startsWith(folder)).map(({ Id }) => Id);
}

function isRunning(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return isListening(hostname, Number(port));
}

async function hasDocker(): Promise<boolean> {
  return getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
}

const docker = hasPrivate("redis:8") && (await hasDocker());

describe.skipIf(!docker)("a run in Docker", () => {
  it.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)("that ends by %s leaves nothing", async (signal) => {
    await using run = await startRun("docker");
    const urls = await run.urls;
    expect(await Promise.all(urls.map(isRunning))).toEqual([true, true, true]);
    expect(await containersOf(run.folder)).toHaveLength(3);
    run.child.kill(signal);
    await until("the folder is empty", async () => expect(await left(run.folder)).toEqual([]));
    expect(await containersOf(run.folder)).toEqual([]);
    expect(await Promise.all(urls.map(isRunning))).toEqual([false, false, false]);
  });

  it("that is killed while it starts leaves nothing", async () => {
    await using run = await startRun("docker");
    run.urls.catch(() => {});
    await until("it is starting", async () => expect(await containersOf(run.folder)).not.toEqual([]));
    run.child.kill("SIGKILL");
    await until("the folder is empty", async () => expect(await left(run.folder)).toEqual([]));
    expect(await containersOf(run.folder)).toEqual([]);
  });
});

describe.skipIf(!hasPrivate("redis:8"))("a run on programs", () => {
  it.each(["SIGKILL", "SIGINT"] as const)("that ends by %s leaves nothing", async (signal) => {
    await using run = await startRun("program");
    const urls = await run.urls;
    expect(await Promise.all(urls.map(isRunning))).toEqual([true, true, true]);
    expect(await left(run.folder)).not.toEqual([]);
    run.child.kill(signal);
    await until("the folder is empty", async () => expect(await left(run.folder)).toEqual([]));
    expect(await Promise.all(urls.map(isRunning))).toEqual([false, false, false]);
  });

  it("leaves nothing when all of its processes are told to end at once", async () => {
    await using run = await startRun("program");
    const urls = await run.urls;
    const { stdout } = await promisify(execFile)("pgrep", ["-P", String(run.child.pid)]);
    const children = stdout.trim().split("\n").map(Number);
    for (const pid of [...children, run.child.pid!]) process.kill(pid, "SIGTERM");
    await until("the folder is empty", async () => expect(await left(run.folder)).toEqual([]));
    expect(await Promise.all(urls.map(isRunning))).toEqual([false, false, false]);
  });
});
