import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { outputOf } from "./postgres.ts";

/** A program and its version. */
export interface Program {
  readonly path: string;
  readonly version: string;
}

/**
 * A server program: the one on this machine, or that of the package of this Debian's release, unpacked into
 * a cache without being installed. apt checks its signature.
 */
export async function debianProgram(name: string): Promise<Program> {
  const path = onPath(name) ?? (await unpacked(name));
  const text = await outputOf(path, ["--version"]);
  return { path, version: /\d+(\.\d+)+/.exec(text)?.[0] ?? "unknown" };
}

function onPath(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

async function unpacked(name: string): Promise<string> {
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "threadmark", "debian");
  const root = join(cache, name);
  const find = () => ["sbin", "bin"].map((bin) => join(root, "usr", bin, name)).find((path) => existsSync(path));
  const found = find();
  if (found) return found;
  const work = `${root}.${process.pid}`;
  await mkdir(work, { recursive: true });
  try {
    const { execFile } = await import("node:child_process");
    const { promisify } = await import("node:util");
    await promisify(execFile)("apt-get", ["download", name], { cwd: work });
    const [archive] = await readdir(work);
    await outputOf("dpkg-deb", ["-x", join(work, archive!), join(work, "root")]);
    await rename(join(work, "root"), root);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const path = find();
  if (!path) throw new Error(`Debian's package ${name} has no such program`);
  return path;
}
