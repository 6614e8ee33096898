// Publishes every package whose version npm does not have yet. Runs in the release workflow only: npm's provenance
// wants each package to name the repository that it was built in.
import assert from "node:assert/strict";
import { run } from "./command.mjs";
import { publishedPackages, root } from "./workspace.mjs";

const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
assert(server && name, "Releases are made by the release workflow: merge its pull request.");
for (const { manifest } of await publishedPackages()) {
  assert.equal(
    manifest.repository.url,
    `git+${server}/${name}.git`,
    `${manifest.name} names another repository`,
  );
}
await run("changeset", ["publish"], { cwd: root });
