// Builds the package in this folder, as ES modules and as CommonJS, for `require` and for tools that know nothing else.
// `tsc` writes modules and declarations; rolldown makes the same files of both formats from them, minified. In CommonJS,
// packages that have ES modules only are taken along, since Jest cannot `require` them, and a dynamic import becomes a
// `require`, so that classes of peers are those that the program itself gets. Both formats have the same declarations, so
// what one of them makes fits the other.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { rolldown } from "rolldown";
import { minify } from "rolldown/utils";
import { run } from "./command.mjs";
import { chunksOf } from "./chunks.mjs";
import { removeUnreachable } from "./declarations.mjs";
import { readJson } from "./workspace.mjs";

const MODULES_ONLY = ["@noble/hashes"];
/** A comment that fills a line of Lua or SQL, which TypeScript takes for text. */
const FOREIGN_COMMENT = /^[ \t]*-- .*\n/gm;
const GETTER =
  /Object\.defineProperty\(exports,("[\w$]+"),\{enumerable:true,get:function\(\)\{return ([\w$]+)\}\}\);/g;
const MODULES = join("dist", "modules");
/** Names of functions and classes stay, for stacks and for messages. */
const SHORT = { module: true, compress: false, mangle: { toplevel: true, keepNames: true } };
const WITHOUT_SPACE = { compress: false, mangle: false, codegen: { removeWhitespace: true } };

const { exports, name } = await readJson("package.json");
/** `threadmark conformance explain` shows the source of a clause as its steps. */
const isRead = name === "@threadmark/conformance";
/** Characters of one chunk, without what bundling adds. gzip finds what repeats within 32 kB: see docs/decisions.md. */
const CHUNK = isRead ? 22_000 : 28_500;
const entries = Object.values(exports)
  .flatMap((target) => target.default ?? [])
  .map((path) => path.replace(/^\.\/dist\/(.*)\.js$/, "$1"));

await rm("dist", { recursive: true, force: true });
await Promise.all([writeModules(), writeDeclarations()]);
const chunks = await chunksOf(
  entries.map((entry) => join(MODULES, `${entry}.js`)),
  CHUNK,
);
await bundle({ platform: "neutral", format: "esm", dir: "dist", isExternal: isPackage });
await bundle({
  platform: "node",
  format: "cjs",
  dir: join("dist", "cjs"),
  isExternal: (id) => isPackage(id) && !MODULES_ONLY.some((one) => id.startsWith(one)),
  exports: "named",
  esModule: true,
  dynamicImportInCjs: false,
});
await shortenExports(join("dist", "cjs", "shared"));
await rm(MODULES, { recursive: true });

/** Without comments: those for users are in the declarations. */
async function writeModules() {
  await tsc(
    "--declaration",
    "false",
    "--isolatedDeclarations",
    "false",
    "--removeComments",
    "--outDir",
    MODULES,
  );
  for (const entry of await readdir(MODULES, { recursive: true })) {
    if (!entry.endsWith(".js")) continue;
    const text = await readFile(join(MODULES, entry), "utf8");
    await writeFile(join(MODULES, entry), text.replaceAll(FOREIGN_COMMENT, ""));
  }
}

/** The same text means CommonJS in a folder that says so, and an ES module can export all of one that is CommonJS. */
async function writeDeclarations() {
  const folder = join("dist", "cjs");
  await tsc("--emitDeclarationOnly", "--outDir", folder);
  await removeUnreachable(
    folder,
    entries.map((entry) => join(folder, `${entry}.d.ts`)),
  );
  await writeFile(join(folder, "package.json"), '{ "type": "commonjs" }\n');
  for (const entry of entries) {
    const file = join("dist", `${entry}.d.ts`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `export * from "${pathTo(join(folder, `${entry}.js`), dirname(file))}";\n`);
  }
}

function pathTo(file, from) {
  const path = relative(from, file).split(sep).join("/");
  return path.startsWith(".") ? path : `./${path}`;
}

async function bundle({ platform, format, dir, isExternal, ...output }) {
  const build = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, `./${MODULES}/${entry}.js`])),
    platform,
    external: isExternal,
    // Entries only name what chunks export.
    preserveEntrySignatures: "allow-extension",
    plugins: [{ name: "short-names", transform: shorten }],
  });
  await build.write({
    dir,
    format,
    ...output,
    minify: isRead ? false : WITHOUT_SPACE,
    comments: { jsdoc: false, legal: true, annotation: false },
    chunkFileNames: "shared/[name].js",
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ debugName: "chunks", name: (id) => chunks.get(id) ?? null }],
    },
  });
  await build.close();
}

/** Every export of a chunk of CommonJS is a getter of many words; a loop makes the same getters. */
async function shortenExports(folder) {
  for (const entry of await readdir(folder)) {
    const file = join(folder, entry);
    const text = await readFile(file, "utf8");
    const getters = [...text.matchAll(GETTER)].map(
      ([, key = "", value]) => `${JSON.parse(key)}:()=>${value}`,
    );
    if (getters.length === 0) continue;
    const loop = `for(const[_name,get]of Object.entries({${getters.join(",")}}))Object.defineProperty(exports,_name,{enumerable:true,get});`;
    await writeFile(file, text.replaceAll(GETTER, "") + loop);
  }
}

/** Before bundling, so that names are the same in both formats. Only what is ours: the rest knows what it does not need. */
async function shorten(code, id) {
  if (isRead || !chunks.has(id) || code.trim() === "") return undefined;
  const { code: short } = await minify(id, code, SHORT);
  return { code: short, map: null };
}

function isPackage(id) {
  return /^[^./]/.test(id);
}

function tsc(...options) {
  return run("tsc", ["-p", "tsconfig.build.json", ...options]);
}
