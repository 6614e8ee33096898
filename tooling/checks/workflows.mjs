// The workflows run on GitHub only, so what can be known about them before that is known here.
import { run } from "../command.mjs";
import { root } from "../workspace.mjs";

const actionlint = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";
await run("go", ["run", actionlint, "-color"], { cwd: root });
console.log("The workflows are right as far as actionlint can tell.");
