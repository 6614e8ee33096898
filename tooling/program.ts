// Starts a server of an example as its user does, and asks it.
import { spawn } from "node:child_process";
import { once } from "node:events";

/** A program that serves HTTP. */
export interface Program extends AsyncDisposable {
  /** Everything it has printed so far. */
  readonly output: () => string;
  /** Sends a request to it; a body that is not text is sent as JSON. */
  readonly ask: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Response>;
  /** Ends it and waits until it has ended. @default "SIGTERM" */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/**
 * Starts a program and waits until it prints its address.
 *
 * @param command Its words; the port comes from the variable `PORT`, where 0 means any that is free.
 */
export async function startProgram(
  cwd: URL,
  [file, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  let output = "";
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (text: string): void => {
      output += text;
      const [address] = /http:\/\/[\w.[\]:]+:\d+/.exec(output) ?? [];
      if (address) resolve(address);
    };
    child.stdout.setEncoding("utf8").on("data", hear);
    child.stderr.setEncoding("utf8").on("data", hear);
    ended.then(() => reject(new Error(`${file} ended before it served anything:\n${output}`)), reject);
  });
  const stop = async (signal: NodeJS.Signals = "SIGTERM"): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return {
    output: () => output,
    ask: (method, path, body, headers = {}) =>
      fetch(new URL(path, url), {
        method,
        headers,
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    stop,
    [Symbol.asyncDispose]: () => stop("SIGKILL"),
  };
}
