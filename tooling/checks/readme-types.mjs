// The TypeScript examples of the READMEs, as they stand there, compile under `strict` in the newest TypeScript and in the
// oldest whose users are served, against the declarations that users get. That they run is a test of each package.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { run } from "../command.mjs";
import { publishedPackages, root } from "../workspace.mjs";

const options = {
  target: "es2023",
  lib: ["es2023", "esnext.disposable"],
  module: "nodenext",
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: ["node"],
};

await run("npm", ["run", "--silent", "build"], { cwd: root });
for (const { dir, manifest } of await publishedPackages()) {
  // The README of the repository is for users of a saver.
  const readmes = [
    join(dir, "README.md"),
    ...(manifest.name.endsWith("/memory") ? [join(root, "README.md")] : []),
  ];
  const texts = await Promise.all(readmes.map((file) => readFile(file, "utf8")));
  const examples = texts.flatMap((text) =>
    [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code),
  );
  if (examples.length > 0) await compile(dir, examples);
  console.log(`${manifest.name}: ${examples.length} examples compile`);
}

/** In the package's folder, where what the examples import is installed. */
async function compile(dir, examples) {
  await mkdir(join(dir, ".readme"), { recursive: true });
  const folder = await mkdtemp(join(dir, ".readme", "types-"));
  try {
    for (const [i, code] of examples.entries()) await writeFile(join(folder, `${i}.mts`), code);
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options }));
    for (const compiler of ["typescript", "typescript-5"]) {
      const tsc = join(root, "node_modules", compiler, "bin", "tsc");
      await run(process.execPath, [tsc, "--project", relative(dir, folder)], { cwd: dir });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
