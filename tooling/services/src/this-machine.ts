import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command, Machine, Program } from "./machine.ts";
import { freePorts } from "./ports.ts";
import type { Programs } from "./recipe.ts";

/** The user and the group `nobody` of most systems. */
const NOBODY = 65_534;

/** This machine, with a folder that is removed in the end. */
export async function openThisMachine(programs: Programs, portCount: number): Promise<Machine> {
  const root = await mkdtemp(join(tmpdir(), "threadmark-server-"));
  // Programs may run as another user, who has to enter.
  await chmod(root, 0o755);
  return new ThisMachine(programs, root, await freePorts(portCount));
}

class ThisMachine implements Machine {
  readonly found: string;
  readonly asRoot = process.getuid?.() === 0;
  readonly listen = "127.0.0.1";
  readonly address = "127.0.0.1";
  readonly ports: readonly number[];
  readonly #programs: Programs;
  readonly #root: string;
  readonly #running = new Set<ChildProcess>();

  constructor(programs: Programs, root: string, ports: readonly number[]) {
    this.ports = ports;
    this.found = programs.found;
    this.#programs = programs;
    this.#root = root;
  }

  async run(folder: string, command: Command): Promise<void> {
    const child = await this.#spawn(folder, command);
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
    if (code !== 0)
      throw new Error(`${command.program} ended with ${signal ?? code}: ${await this.#log(folder)}`);
  }

  program(folder: string, command: Command): Program {
    let child: ChildProcess | undefined;
    return {
      start: async () => {
        child = await this.#spawn(folder, command);
      },
      signal: async (signal, end) => {
        if (!child || hasEnded(child)) return;
        const ended = end && once(child, "exit");
        child.kill(signal);
        await ended;
      },
      isRunning: async () => child !== undefined && !hasEnded(child),
      log: () => this.#log(folder),
    };
  }

  async write(folder: string, file: string, text: string): Promise<void> {
    await writeFile(join(await this.#folder(folder), file), text);
  }

  async remove(): Promise<void> {
    await Promise.all([...this.#running].map(endNow));
    await rm(this.#root, { recursive: true, force: true, maxRetries: 10 });
  }

  async #folder(name: string, owner?: number): Promise<string> {
    const path = join(this.#root, name);
    await mkdir(path, { recursive: true });
    if (owner !== undefined) await chown(path, owner, owner);
    return path;
  }

  async #spawn(folder: string, { program, args, asNobody = false }: Command): Promise<ChildProcess> {
    const owner = asNobody && this.asRoot ? NOBODY : undefined;
    const cwd = await this.#folder(folder, owner);
    const log = await open(join(cwd, "log"), "a");
    const [path, ...words] = this.#programs.command(program);
    // In a group of its own: Ctrl-C must not reach it before the tests that use it have ended.
    const options: SpawnOptions = { cwd, stdio: ["ignore", log.fd, log.fd], detached: true };
    if (owner !== undefined) Object.assign(options, { uid: owner, gid: owner });
    const child = spawn(path!, [...words, ...args], options);
    this.#running.add(child);
    child.once("exit", () => this.#running.delete(child));
    try {
      await once(child, "spawn");
    } finally {
      await log.close();
    }
    return child;
  }

  async #log(folder: string): Promise<string> {
    const text = await readFile(join(this.#root, folder, "log"), "utf8");
    return text.split("\n").slice(-20).join("\n");
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function endNow(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
