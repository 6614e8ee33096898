import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.mjs";
import { pack } from "./packed.mjs";
import { root } from "./workspace.mjs";

/**
 * Makes a project outside the repository that has the given packages installed as npm would get them, and whatever
 * else is named. It has the repository's catalog and overrides, except where `versions` says otherwise.
 */
export async function installPacked(project, { packages, dependencies, versions = {} }) {
  const tarballs = await pack(packages, project);
  const overrides = tarballs.map(({ name, tarball }) => `  "${name}": file:${tarball}`).join("\n");
  let settings = await readFile(join(root, "pnpm-workspace.yaml"), "utf8");
  settings = settings
    .replace(/^packages:\n(?: {2}.*\n)+/m, "")
    .replace(/^overrides:$/m, `overrides:\n${overrides}`);
  for (const [name, version] of Object.entries(versions)) {
    settings = settings.replace(new RegExp(`^  "?${name}"?: .*$`, "m"), `  "${name}": ${version}`);
  }
  await writeFile(join(project, "pnpm-workspace.yaml"), settings);
  await writeFile(join(project, "package.json"), JSON.stringify({ type: "module", dependencies }));
  await run("pnpm", ["install", "--no-frozen-lockfile", "--prefer-offline", "--reporter=append-only"], {
    cwd: project,
  });
}
