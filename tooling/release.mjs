// Publishes every package whose version npm does not have yet. Runs in the release workflow only: npm's provenance
// wants each package to name the repository that it was built in, and only the workflow knows that for certain.
import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { run } from "./command.mjs";
import { publishedPackages, root } from "./workspace.mjs";

const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
if (!server || !name) throw new Error("Releases are made by the release workflow: merge its pull request.");

for (const { dir, manifest } of await publishedPackages()) {
  const repository = { type: "git", url: `git+${server}/${name}.git`, directory: relative(root, dir) };
  await writeFile(
    join(dir, "package.json"),
    `${JSON.stringify({ ...manifest, repository }, undefined, 2)}\n`,
  );
}
await run("changeset", ["publish"], { cwd: root });
