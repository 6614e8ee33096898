// Builds the package in this folder. `tsc` writes the ES modules into `dist`, and rolldown bundles them into `dist/cjs`,
// for `require` and for tools that know nothing else. Packages that have ES modules only are taken along there, since
// Jest cannot `require` them, and a dynamic import becomes a `require`, so that classes of peers are those that the
// program itself gets. Both formats have the same declarations, so what one of them makes fits the other.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { rolldown } from "rolldown";
import { run } from "./command.mjs";
import { readJson } from "./workspace.mjs";

const MODULES_ONLY = ["@noble/hashes"];

const { exports } = await readJson("package.json");
const entries = Object.values(exports)
  .flatMap((target) => target.default ?? [])
  .map((path) => path.replace(/^\.\/dist\/(.*)\.js$/, "$1"));

await rm("dist", { recursive: true, force: true });
await Promise.all([writeModules(), writeDeclarations()]);
await bundleCommonJs();

/** Without comments: those for users are in the declarations. */
async function writeModules() {
  await tsc("--declaration", "false", "--isolatedDeclarations", "false", "--removeComments");
}

/** The same text means CommonJS in a folder that says so, and an ES module can export all of one that is CommonJS. */
async function writeDeclarations() {
  await tsc("--emitDeclarationOnly", "--outDir", "dist/cjs");
  await writeFile("dist/cjs/package.json", '{ "type": "commonjs" }\n');
  for (const entry of entries) {
    const file = join("dist", `${entry}.d.ts`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `export * from "${pathTo(join("dist", "cjs", `${entry}.js`), dirname(file))}";\n`);
  }
}

function pathTo(file, from) {
  const path = relative(from, file);
  return path.startsWith(".") ? path : `./${path}`;
}

async function bundleCommonJs() {
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, `./dist/${entry}.js`])),
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
}

function tsc(...options) {
  return run("tsc", ["-p", "tsconfig.build.json", ...options]);
}
