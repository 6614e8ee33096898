// The documentation builds as a site, with the API reference from the docstrings. Every link in it leads to a page and an
// anchor, or to a file of the repository, and nothing is loaded from another host.
import { join } from "node:path";
import { run } from "../command.mjs";
import { root } from "../workspace.mjs";

// On GitHub Pages a project's site is in a folder of its host, and links that forget it work only at the root.
const env = { ...process.env, SITE_BASE: "/threadmark/" };
await run(process.execPath, ["src/build.ts"], { cwd: join(root, "tooling", "site"), env });
