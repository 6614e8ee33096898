import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { outputOf } from "./postgres.ts";

/** A program, the environment that it needs, and its version. */
export interface Program {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
}

/**
 * A server program: the one on this machine, or that of a package of this Debian's release, unpacked with
 * what it needs into a cache, without root. apt takes the newest of the release and checks its signature.
 */
export async function debianProgram(name: string): Promise<Program> {
  const installed = onPath(name);
  const root = installed ? undefined : await unpacked(name);
  const path = installed ?? programIn(root!, name);
  if (!path) throw new Error(`Debian's package ${name} has no such program`);
  const env = root ? { ...process.env, LD_LIBRARY_PATH: await librariesIn(root) } : process.env;
  const version = /\d+(\.\d+)+/.exec(await outputOf(path, ["--version"], { env }))?.[0] ?? "unknown";
  return { path, env, version };
}

function onPath(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function programIn(root: string, name: string): string | undefined {
  return ["sbin", "bin"].map((bin) => join(root, "usr", bin, name)).find((path) => existsSync(path));
}

async function librariesIn(root: string): Promise<string> {
  const folders: string[] = [];
  for (const lib of ["lib", "usr/lib"]) {
    const names = await readdir(join(root, lib)).catch(() => []);
    folders.push(...names.filter((name) => name.endsWith("-gnu")).map((name) => join(root, lib, name)));
  }
  return folders.join(delimiter);
}

/** The folder that holds the package and those of its dependencies that the system does not have. */
async function unpacked(name: string): Promise<string> {
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "threadmark", "debian");
  const root = join(cache, name);
  if (existsSync(root)) return root;
  const work = `${root}.${process.pid}`;
  const archives = join(work, "archives");
  await mkdir(join(archives, "partial"), { recursive: true });
  await mkdir(join(work, "root"));
  try {
    const settings = [`Dir::Cache::archives=${archives}`, "Debug::NoLocking=1", "APT::Install-Recommends=0"];
    const options = settings.flatMap((setting) => ["-o", setting]);
    await outputOf("apt-get", ["-qq", ...options, "install", "--download-only", "-y", name]);
    for (const archive of await readdir(archives)) {
      if (!archive.endsWith(".deb")) continue;
      await outputOf("dpkg-deb", ["-x", join(archives, archive), join(work, "root")]);
    }
    await rename(join(work, "root"), root);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return root;
}
