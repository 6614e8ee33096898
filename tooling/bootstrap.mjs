// Runs a task on a clean clone that has nothing but Node and npm. Depends on no package, and must itself run on
// the oldest supported Node: it gets pnpm and Node 24 for everything after it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = join(root, "node_modules", ".bin");
const node = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
const chatbot = "examples/chatbot/src/chatbot.ts";
/** Where Node keeps compiled modules. Tests start hundreds of processes that load the same ones. */
const compiled = join(root, "node_modules", ".cache", "compiled");

// The terminal sends Ctrl-C to the whole group. Waiting for the child keeps its last words above the prompt.
process.on("SIGINT", () => {});

const [task, ...args] = process.argv.slice(2);
if (!task)
  throw new Error(
    "Usage: node tooling/bootstrap.mjs <demo|site|check|soak|build|typecheck|test|bench|generate> [arguments]",
  );
if (!(await isInstalled())) await install();
if (task === "demo") {
  await run(node, ["--conditions=@threadmark/source", chatbot, ...args]);
} else if (task === "site") {
  await run(node, ["tooling/site/src/build.ts", ...args]);
} else if (task === "check") {
  const [check, ...rest] = args;
  await run(node, [`tooling/checks/${check}.mjs`, ...rest]);
} else if (task === "soak") {
  // All tests, with more rounds and longer races than the gate has time for, unless something is named.
  if (args.length === 0) await turbo(["test", "--force", "--concurrency=1"], { env: { TEST_TIMES: "20" } });
  await run(node, ["--conditions=@threadmark/source", "--expose-gc", "tooling/soak/src/run.ts", ...args]);
} else if (task === "bench" && args.join() === "counts") {
  // As the tests count that compare with it.
  await run(node, ["--conditions=@threadmark/source", "tooling/bench/src/run.ts", ...args]);
} else if (task === "bench") {
  // What is published is measured, not the sources.
  await turbo(["build"], {});
  await run(node, ["tooling/bench/src/run.ts", ...args]);
} else {
  const since = String(Date.now());
  // One failure must not hide another.
  const options = ["--continue=dependencies-successful", ...widthOf(task)];
  const code = await turbo([...tasksOf(task), ...options, ...args], {
    env: { TEST_ONE_TABLE: "1" },
    mayFail: true,
  });
  if (task === "test") await run(node, ["tooling/print-servers.mjs", since]);
  process.exitCode = code;
}

/** Types of sources and tests are one thing, declarations that a build can write another. */
function tasksOf(name) {
  return name === "typecheck" ? ["typecheck", "build"] : [name];
}

/**
 * Packages side by side. Tests keep their servers busy too: more of them than cores would only wait for each other.
 * Those that take longest begin, or one of them would be left for the end: in `turbo.json` they wait for nothing.
 */
function widthOf(name) {
  return name === "test" ? ["--concurrency=100%"] : [];
}

/** Whether node_modules is what the lockfile says; pnpm keeps a copy of the lockfile it installed from. */
async function isInstalled() {
  // Fetched by an install script, after pnpm has written its copy: missing when that was interrupted.
  if (!existsSync(node)) return false;
  const [wanted, installed] = await Promise.all([
    readFile(join(root, "pnpm-lock.yaml"), "utf8"),
    readFile(join(root, "node_modules", ".pnpm", "lock.yaml"), "utf8").catch(() => undefined),
  ]);
  return wanted === installed;
}

async function install() {
  const started = Date.now();
  const { packageManager } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  console.log("Installing packages into node_modules (about a minute the first time) …");
  await npm(["exec", "--yes", `--package=${packageManager}`, "--", "pnpm", "install", "--frozen-lockfile"], {
    // npm and pnpm warn about each other's settings.
    npm_config_loglevel: "error",
  });
  console.log(`Installed in ${Math.round((Date.now() - started) / 1000)} s.\n`);
}

function npm(npmArgs, env) {
  // Under `npm run` this is npm's own script, which needs no shell to start, on Windows either.
  const script = process.env.npm_execpath;
  if (script?.endsWith("npm-cli.js")) return run(process.execPath, [script, ...npmArgs], { env });
  return run("npm", npmArgs, { env });
}

function turbo(turboArgs, options) {
  return run(node, [join(root, "node_modules", "turbo", "bin", "turbo"), "run", ...turboArgs], {
    ...options,
    env: {
      TURBO_TELEMETRY_DISABLED: "1",
      TURBO_CACHE: "local:rw",
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? compiled,
      ...options.env,
    },
  });
}

/** Resolves to the exit code of the command; when that is not 0 and it may not fail, this process ends as it did. */
function run(command, commandArgs, { env = {}, mayFail = false } = {}) {
  const path = `${bin}${delimiter}${process.env.PATH}`;
  return new Promise((resolve) => {
    const child = spawn(command, commandArgs, {
      cwd: root,
      env: { ...process.env, PATH: path, ...env },
      stdio: "inherit",
    });
    child.on("error", (error) => {
      console.error(`Cannot start ${command}: ${error.message}`);
      process.exit(127);
    });
    child.on("close", (exitCode, signal) => {
      const code = signal ? 128 + constants.signals[signal] : exitCode;
      if (code === 0 || mayFail) resolve(code);
      else process.exit(code);
    });
  });
}
