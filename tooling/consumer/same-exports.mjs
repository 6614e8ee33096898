// Every entry of every package exports the same in both formats, and classes keep their names, which users see in
// messages and stacks.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { dependencies } = JSON.parse(await readFile("package.json", "utf8"));
let count = 0;
for (const name of Object.keys(dependencies).filter((one) => one.startsWith("@threadmark/"))) {
  const { exports } = require(`${name}/package.json`);
  for (const [path, target] of Object.entries(exports)) {
    if (!target.require) continue;
    const entry = name + path.slice(1);
    const [modules, common] = [await import(entry), require(entry)];
    assert.deepEqual(Object.keys(common).sort(), Object.keys(modules).sort(), `exports of ${entry}`);
    for (const [exported, value] of [...Object.entries(modules), ...Object.entries(common)]) {
      const isClass = typeof value === "function" && /^[A-Z]/.test(exported);
      if (isClass) assert.equal(value.name, exported, `name of ${exported} of ${entry}`);
    }
    count++;
  }
}
assert(count > 0, "no entry was looked at");
console.log(`${count} entries export the same in both formats.`);
