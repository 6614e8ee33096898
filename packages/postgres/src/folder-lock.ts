import { createHash, randomUUID } from "node:crypto";
import { link, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CheckpointError, isCheckpointError } from "@threadmark/core/storage";

/** Releases a folder. */
export type Release = () => Promise<void>;

/** Sockets are called `lock-1`, `lock-2`, …; only the one with the highest number counts. */
const SOCKET = /^lock-(\d+)$/;
/** The beginning of {@link OWNER} and of the names of all sockets, including those that never became a lock. */
const PREFIX = "lock-";
/** The prefix of a socket that has no number yet. */
const UNNUMBERED = `${PREFIX}new-`;
/** Says who has the lock, for the error that a second process gets. */
const OWNER = "owner.json";
/** The path of a socket may be up to 103 bytes long on macOS and 107 on Linux. */
const MAX_PATH_BYTES = 100;

interface Owner {
  readonly lock: number;
  readonly host: string;
  readonly pid: number;
  readonly since: string;
}

/**
 * Locks a folder for this process.
 *
 * The lock is a socket in the folder on which its owner listens. The kernel closes it however the process ends, and
 * it is found by its inode, even from another container with its own processes and network. Sockets of dead processes
 * remain, and they must not be removed to make room, since two processes could each remove the other's new
 * socket. So the next owner takes the next number, which a hard link gives to one process only, and removes the older
 * ones afterwards. The highest number is never removed; a process that finds one higher than its own has lost.
 *
 * @throws CheckpointError `STORAGE_FAILED` when the folder is taken, with its owner's host and the time of locking.
 */
export async function lockFolder(folder: string): Promise<Release> {
  if (process.platform === "win32") return lockPipe(folder);
  try {
    for (;;) {
      const newest = await newestSocket(folder);
      if (newest > 0 && (await isHeld(folder, newest))) throw await taken(folder, newest);
      const server = await take(folder, newest + 1);
      if (server) return () => closed(server);
    }
  } catch (error) {
    throw isCheckpointError(error) ? error : unlockable(error);
  }
}

/** Windows has no sockets in folders, but it has named pipes, which also end with their process. */
async function lockPipe(folder: string): Promise<Release> {
  // On Windows the same path can be written with different case and slashes, and a pipe's name must be short.
  const path = resolve(folder).toLowerCase().replaceAll("\\", "/");
  const name = createHash("sha256").update(path).digest("hex");
  try {
    const server = await listening(`\\\\.\\pipe\\threadmark-${name}`);
    await introduce(folder, 0);
    return () => closed(server);
  } catch (error) {
    if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
    throw await taken(folder, 0);
  }
}

async function newestSocket(folder: string): Promise<number> {
  const numbers = (await readdir(folder)).map((name) => Number(SOCKET.exec(name)?.[1] ?? 0));
  return Math.max(0, ...numbers);
}

/** Whether a process is listening. Only a refusal means that none is: a paused process does not answer. */
async function isHeld(folder: string, number: number): Promise<boolean> {
  const code = await throughShortPath(folder, (short) => knock(join(short, `${PREFIX}${number}`)));
  return code !== "ECONNREFUSED" && code !== "ENOENT";
}

async function knock(path: string): Promise<string | undefined> {
  const socket = connect(path);
  try {
    return await new Promise((settle) => {
      socket.once("connect", () => settle(undefined));
      socket.once("error", (error: { code?: string }) => settle(error.code ?? "unknown"));
    });
  } finally {
    socket.destroy();
  }
}

/** Makes a socket and gives it the number, unless another process was faster. */
async function take(folder: string, number: number): Promise<Server | undefined> {
  const unnumbered = `${UNNUMBERED}${randomUUID().slice(0, 8)}`;
  const server = await throughShortPath(folder, (short) => listening(join(short, unnumbered)));
  try {
    await link(join(folder, unnumbered), join(folder, `${PREFIX}${number}`));
  } catch (error) {
    await closed(server);
    if (["EEXIST", "ENOENT"].includes((error as { code?: string }).code ?? "")) return undefined;
    throw error;
  } finally {
    await rm(join(folder, unnumbered), { force: true });
  }
  if ((await newestSocket(folder)) > number) {
    await closed(server);
    return undefined;
  }
  await introduce(folder, number);
  const others = (await readdir(folder)).filter((name) => name.startsWith(PREFIX));
  const old = others.filter((name) => Number(SOCKET.exec(name)?.[1] ?? 0) < number);
  await Promise.all(old.map((name) => rm(join(folder, name), { force: true })));
  return server;
}

async function listening(path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((settle, fail) => {
    server.once("error", fail);
    // Workers of `node:cluster` would share one socket if it were not exclusive.
    server.listen({ path, exclusive: true }, settle);
  });
  return server.unref();
}

function closed(server: Server): Promise<void> {
  return new Promise((settle) => void server.close(() => settle()));
}

async function introduce(folder: string, number: number): Promise<void> {
  const since = new Date().toISOString();
  const owner: Owner = { lock: number, host: hostname(), pid: process.pid, since };
  await writeFile(join(folder, OWNER), `${JSON.stringify(owner)}\n`);
}

/** What the owner of a lock has written about itself. A new owner may not have done so yet. */
async function ownerOf(folder: string, number: number): Promise<string> {
  const said = JSON.parse(await readFile(join(folder, OWNER), "utf8")) as Owner;
  if (said.lock !== number) throw new Error("this is an earlier owner");
  return `process ${said.pid} on host ${said.host} since ${said.since}`;
}

async function taken(folder: string, number: number): Promise<CheckpointError> {
  const owner = await ownerOf(folder, number).catch(() => "another saver");
  return new CheckpointError(
    "STORAGE_FAILED",
    `the folder is in use by ${owner}; only one process at a time can have it open, so close that saver, ` +
      "or use a Postgres server to share threads",
  );
}

function unlockable(cause: unknown): CheckpointError {
  const code = (cause as { code?: unknown } | null)?.code;
  return new CheckpointError(
    "STORAGE_FAILED",
    `the folder cannot be locked (${typeof code === "string" ? code : "see cause"}); it must be writable, and on a ` +
      "local file system that supports sockets and hard links",
    { cause },
  );
}

/** Provides a path that is short enough for a socket: a link to the folder if its own path is too long. */
async function throughShortPath<T>(folder: string, use: (short: string) => Promise<T>): Promise<T> {
  const longest = join(resolve(folder), `${UNNUMBERED}${"x".repeat(8)}`);
  if (Buffer.byteLength(longest) <= MAX_PATH_BYTES) return use(resolve(folder));
  const place = await mkdtemp(join(tmpdir(), "tm-"));
  try {
    await symlink(resolve(folder), join(place, "f"));
    return await use(join(place, "f"));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
