// The CommonJS format of the package in this folder, for `require` and for tools that know nothing else. `tsc` has
// written the ES modules and the declarations into `dist`; here the entries are bundled into `dist/cjs`. Packages that
// have ES modules only are taken along, since Jest cannot `require` them, and a dynamic import becomes a `require`, so
// that classes of peers are those that the program itself gets.
import { cp, glob, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";
import { readJson } from "./workspace.mjs";

const MODULES_ONLY = ["@noble/hashes"];

const manifest = await readJson("package.json");
const entries = Object.values(manifest.exports).flatMap(({ default: path }) => path ?? []);
const input = Object.fromEntries(entries.map((path) => [path.replace(/^\.\/dist\/(.*)\.js$/, "$1"), path]));
await rm("dist/cjs", { recursive: true, force: true });
const bundle = await rolldown({
  input,
  platform: "node",
  external: (id) => /^[^./]/.test(id) && !MODULES_ONLY.some((name) => id.startsWith(name)),
});
await bundle.write({
  dir: "dist/cjs",
  format: "cjs",
  exports: "named",
  esModule: true,
  dynamicImportInCjs: false,
  comments: { jsdoc: false, legal: true },
  chunkFileNames: "shared/[name].js",
});
await bundle.close();
// The same text means CommonJS in a folder that says so.
await writeFile("dist/cjs/package.json", '{ "type": "commonjs" }\n');
for await (const declarations of glob("**/*.d.ts", { cwd: "dist", exclude: ["cjs/**"] })) {
  const target = join("dist", "cjs", declarations);
  await mkdir(dirname(target), { recursive: true });
  await cp(join("dist", declarations), target);
}
