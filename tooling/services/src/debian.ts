import { existsSync, readdirSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { cached } from "./cache.ts";
import { outputOf } from "./output.ts";
import type { Programs } from "./recipe.ts";

const KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** A program that is called as the package of Debian that has it. */
export interface DebianProgram {
  readonly name: string;
  /** The major version that is wanted. */
  readonly major: number;
  /** The release of Debian that has this version. */
  readonly suite: string;
}

/**
 * A server program: the one on this machine if it is of the version, or that of the package, unpacked with all it
 * needs into the cache. It needs no root and works on every release of Debian. apt checks the signatures.
 */
export async function debianProgram({ name, major, suite }: DebianProgram): Promise<Programs> {
  const installed = onPath(name);
  if (installed) {
    const [version = ""] = /\d+(\.\d+)+/.exec(await outputOf(installed, ["--version"])) ?? [];
    if (version.startsWith(`${major}.`))
      return { found: "program on this machine", command: () => [installed] };
  }
  const root = await cached(join("debian", suite, name), (folder) => unpack(name, suite, folder));
  const libraries = ["lib", "usr/lib"].flatMap((folder) => matches(join(root, folder), /-gnu\w*$/));
  const [loader] = libraries.flatMap((folder) => matches(folder, /^ld-linux.*\.so\.\d+$/));
  if (!loader) throw new Error(`the package ${name} of Debian ${suite} came without a loader`);
  const path = ["bin", "sbin"].map((bin) => join(root, "usr", bin, name)).find((one) => existsSync(one));
  if (!path) throw new Error(`the package ${name} of Debian ${suite} has no such program`);
  const command = [loader, "--library-path", libraries.join(delimiter), path];
  return { found: `Debian ${suite}'s package ${name}`, command: () => command };
}

function matches(folder: string, name: RegExp): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((one) => name.test(one)).map((one) => join(folder, one));
}

function onPath(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** apt with folders of its own and the packages of one release only, as if nothing were installed. */
async function unpack(name: string, suite: string, folder: string): Promise<void> {
  const apt = join(folder, "apt");
  const archives = join(apt, "cache", "archives");
  await mkdir(join(archives, "partial"), { recursive: true });
  await mkdir(join(apt, "lists", "partial"), { recursive: true });
  await writeFile(join(apt, "status"), "");
  await writeFile(join(apt, "sources"), `deb [signed-by=${KEYS}] ${await mirror()} ${suite} main\n`);
  const settings = [
    `Dir::State=${apt}`,
    `Dir::State::status=${join(apt, "status")}`,
    `Dir::Cache=${join(apt, "cache")}`,
    `Dir::Etc::SourceList=${join(apt, "sources")}`,
    ...["SourceParts", "Parts", "Preferences", "PreferencesParts"].map(
      (part) => `Dir::Etc::${part}=/dev/null`,
    ),
    "Debug::NoLocking=1",
    "APT::Sandbox::User=",
    "APT::Install-Recommends=0",
    "Acquire::Languages=none",
  ];
  const options = ["-qq", ...settings.flatMap((setting) => ["-o", setting])];
  await outputOf("apt-get", [...options, "update"]);
  await outputOf("apt-get", [...options, "install", "--download-only", "-y", name]);
  for (const archive of await readdir(archives)) {
    if (archive.endsWith(".deb")) await outputOf("dpkg-deb", ["-x", join(archives, archive), folder]);
  }
  await rm(apt, { recursive: true });
}

/** Where this machine gets Debian's packages from. */
async function mirror(): Promise<string> {
  if (!onPath("apt-get")) throw new Error("this machine has no apt");
  const printed = await outputOf("apt-get", ["--print-uris", "update"]);
  const [, found] = /^'(\S+\/debian\/)dists\//m.exec(printed) ?? [];
  if (!found) throw new Error("apt knows no mirror of Debian");
  return found;
}
