// The pages that are made from the suite must be what it makes today.
import { join } from "node:path";
import { run } from "../command.mjs";
import { root } from "../workspace.mjs";

await run(process.execPath, [join(root, "tooling", "peers", "src", "generate.ts"), "--check"]);
