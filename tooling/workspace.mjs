import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Every package of the workspace: its folder and its manifest. */
export async function packages() {
  const manifests = globSync("{packages,examples,tooling}/*/package.json", { cwd: root }).sort();
  return Promise.all(
    manifests.map(async (path) => ({
      dir: join(root, dirname(path)),
      manifest: await readJson(join(root, path)),
    })),
  );
}

/** The packages that go to npm. */
export async function publishedPackages() {
  return (await packages()).filter(({ manifest }) => !manifest.private);
}

export async function readJson(path) {
  return JSON.parse(await readFile(path, "utf8"));
}
