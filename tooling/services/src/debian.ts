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
 * needs into the cache. It needs no root and works on every release of Debian. Other systems with apt take the
 * package of their own release, if it has the version. apt checks the signatures.
 */
export async function debianProgram({ name, major, suite }: DebianProgram): Promise<Programs> {
  const installed = onPath(name);
  if (installed && (await isVersion(major, [installed]))) {
    return { found: "program on this machine", command: () => [installed] };
  }
  if (!onPath("apt-get")) throw new Error(`there is no ${name} ${major} on this machine, and no apt`);
  const mirror = await mirrorOfDebian();
  const release = mirror ? `Debian ${suite}` : "this system's release";
  const root = await cached(join("apt", mirror ? suite : "system", name), (folder) =>
    unpack(name, mirror && `${mirror} ${suite} main`, folder),
  );
  const command = commandIn(root, name);
  if (!(await isVersion(major, command))) throw new Error(`${release} has no ${name} ${major}`);
  return { found: `package ${name} of ${release}`, command: () => command };
}

async function isVersion(major: number, [program, ...args]: readonly string[]): Promise<boolean> {
  const output = await outputOf(program!, [...args, "--version"]);
  return /\d+(\.\d+)+/.exec(output)?.[0].startsWith(`${major}.`) ?? false;
}

/** The program with the loader and the libraries of its own release. */
function commandIn(root: string, name: string): readonly string[] {
  const libraries = ["lib", "usr/lib"].flatMap((folder) => matches(join(root, folder), /-gnu\w*$/));
  const [loader] = libraries.flatMap((folder) => matches(folder, /^ld-linux.*\.so\.\d+$/));
  const program = ["bin", "sbin"].map((bin) => join(root, "usr", bin, name)).find((path) => existsSync(path));
  if (!loader || !program) throw new Error(`the package ${name} came without its program or a loader`);
  return [loader, "--library-path", libraries.join(delimiter), program];
}

function matches(folder: string, name: RegExp): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((one) => name.test(one)).map((one) => join(folder, one));
}

function onPath(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** apt with separate folders, as if nothing were installed; with one source only, or with those of this system. */
async function unpack(name: string, source: string | undefined, folder: string): Promise<void> {
  const apt = join(folder, "apt");
  const archives = join(apt, "cache", "archives");
  await mkdir(join(archives, "partial"), { recursive: true });
  await mkdir(join(apt, "lists", "partial"), { recursive: true });
  await writeFile(join(apt, "status"), "");
  const settings = [
    `Dir::State=${apt}`,
    `Dir::State::status=${join(apt, "status")}`,
    `Dir::Cache=${join(apt, "cache")}`,
    "Debug::NoLocking=1",
    "APT::Sandbox::User=",
    "APT::Install-Recommends=0",
    "Acquire::Languages=none",
  ];
  if (source) {
    await writeFile(join(apt, "sources"), `deb [signed-by=${KEYS}] ${source}\n`);
    settings.push(`Dir::Etc::SourceList=${join(apt, "sources")}`);
    for (const part of ["SourceParts", "Parts", "Preferences", "PreferencesParts"]) {
      settings.push(`Dir::Etc::${part}=/dev/null`);
    }
  }
  const options = ["-qq", ...settings.flatMap((setting) => ["-o", setting])];
  await outputOf("apt-get", [...options, "update"]);
  await outputOf("apt-get", [...options, "install", "--download-only", "-y", name]);
  for (const archive of await readdir(archives)) {
    if (archive.endsWith(".deb")) await outputOf("dpkg-deb", ["-x", join(archives, archive), folder]);
  }
  await rm(apt, { recursive: true });
}

/** Where this machine gets Debian's packages from, if it is a Debian. */
async function mirrorOfDebian(): Promise<string | undefined> {
  const printed = await outputOf("apt-get", ["--print-uris", "update"]);
  return /^'(\S+\/debian\/)dists\//m.exec(printed)?.[1];
}
