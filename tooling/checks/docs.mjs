// The documentation builds as a site, with the API reference from the docstrings. Every link in it leads to a page and an
// anchor, or to a file of the repository, and nothing is loaded from another host.
import { join } from "node:path";
import { run } from "../command.mjs";
import { root } from "../workspace.mjs";

await run(process.execPath, ["src/build.ts"], { cwd: join(root, "tooling", "site") });
