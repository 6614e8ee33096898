import { spawn } from "node:child_process";

/** Runs a command with its output shown; rejects unless it ends with 0. */
export async function run(command, args, options = {}) {
  await finish(spawn(command, args, { stdio: ["ignore", "inherit", "inherit"], ...options }), [
    command,
    ...args,
  ]);
}

/** Runs a command and returns what it wrote to its standard output; rejects unless it ends with 0. */
export async function read(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], ...options });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  await finish(child, [command, ...args]);
  return output;
}

function finish(child, words) {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(undefined);
      else reject(new Error(`${words.join(" ")}: ended with ${signal ?? code}`));
    });
  });
}
