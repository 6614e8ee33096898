// The bundle, called as AWS Lambda calls it: twice in each of two processes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

// Alone in its folder: what it needs is in it.
const cwd = fileURLToPath(new URL("../alone/", import.meta.url));
const program = `
  const { handler } = require("./handler.cjs");
  const [thread, ...texts] = process.argv.slice(1);
  (async () => {
    for (const body of texts) console.log((await handler({ pathParameters: { thread }, body })).body);
  })();
`;

await test("a later process continues the thread of an earlier one", () => {
  const thread = randomUUID();
  assert.deepEqual(call(thread, "red", "green"), ["1: you have said red", "2: you have said red, green"]);
  assert.deepEqual(call(thread, "blue", "grey"), [
    "3: you have said red, green, blue",
    "4: you have said red, green, blue, grey",
  ]);
});

function call(...args) {
  return execFileSync(process.execPath, ["--eval", program, ...args], { cwd, encoding: "utf8" })
    .trim()
    .split("\n");
}
