import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { read, run } from "./command.mjs";
import { publishedPackages, root } from "./workspace.mjs";

/** Builds and packs every published package as npm would get it: name and tarball of each. */
export async function packAll(destination) {
  return pack(await publishedPackages(), destination);
}

/** Builds the workspace and packs the given packages: name and tarball of each. */
export async function pack(packages, destination) {
  // A stale build would be tested as if it were this one, and so would files that are left of one.
  for (const { dir } of await publishedPackages())
    await rm(join(dir, "dist"), { recursive: true, force: true });
  await run("npm", ["run", "--silent", "build"], { cwd: root });
  const packed = [];
  for (const { dir, manifest } of packages) {
    const report = await read("pnpm", ["pack", "--json", "--pack-destination", destination], { cwd: dir });
    packed.push({ name: manifest.name, tarball: resolve(destination, JSON.parse(report).filename) });
  }
  return packed;
}
