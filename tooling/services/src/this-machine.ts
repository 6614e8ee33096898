import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
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

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
}

class ThisMachine implements Machine {
  readonly found: string;
  readonly asRoot = process.getuid?.() === 0;
  readonly listen = "127.0.0.1";
  readonly address = "127.0.0.1";
  readonly ports: readonly number[];
  readonly #programs: Programs;
  readonly #root: string;
  readonly #running = new Set<Running>();

  constructor(programs: Programs, root: string, ports: readonly number[]) {
    this.ports = ports;
    this.found = programs.found;
    this.#programs = programs;
    this.#root = root;
  }

  async run(folder: string, command: Command): Promise<void> {
    const { child, ended } = await this.#spawn(folder, command);
    await ended;
    if (child.exitCode === 0) return;
    const { signalCode, exitCode } = child;
    throw new Error(`${command.program} ended with ${signalCode ?? exitCode}: ${await this.#log(folder)}`);
  }

  program(folder: string, command: Command): Program {
    let running: Running | undefined;
    return {
      start: async () => {
        running = await this.#spawn(folder, command);
      },
      signal: async (signal, end) => {
        running?.child.kill(signal);
        if (end) await running?.ended;
      },
      isRunning: async () => running !== undefined && this.#running.has(running),
      log: () => this.#log(folder),
    };
  }

  async write(folder: string, file: string, text: string): Promise<void> {
    await writeFile(join(await this.#folder(folder), file), text);
  }

  async cut(folder: string, file: string, bytes: number): Promise<void> {
    const path = join(await this.#folder(folder), file);
    const { size } = await stat(path);
    await truncate(path, Math.max(0, size - bytes));
  }

  async remove(): Promise<void> {
    for (const { child } of this.#running) child.kill("SIGKILL");
    await Promise.all([...this.#running].map(({ ended }) => ended));
    await rm(this.#root, { recursive: true, force: true, maxRetries: 10 });
  }

  async #folder(name: string, owner?: number): Promise<string> {
    const path = join(this.#root, name);
    await mkdir(path, { recursive: true });
    if (owner !== undefined) await chown(path, owner, owner);
    return path;
  }

  async #spawn(folder: string, { program, args, asNobody = false }: Command): Promise<Running> {
    const owner = asNobody && this.asRoot ? NOBODY : undefined;
    const cwd = await this.#folder(folder, owner);
    const log = await open(join(cwd, "log"), "a");
    const [path, ...words] = this.#programs.command(program);
    // In a separate process group: Ctrl-C must not reach it before the tests that use it have ended.
    const options: SpawnOptions = { cwd, stdio: ["ignore", log.fd, log.fd], detached: true };
    if (owner !== undefined) Object.assign(options, { uid: owner, gid: owner });
    const child = spawn(path!, [...words, ...args], options);
    // Listened to from the start, since a short program can end at any moment.
    const ended = once(child, "exit");
    const running: Running = { child, ended };
    this.#running.add(running);
    ended.then(
      () => this.#running.delete(running),
      () => this.#running.delete(running),
    );
    try {
      await once(child, "spawn");
    } finally {
      await log.close();
    }
    return running;
  }

  async #log(folder: string): Promise<string> {
    const text = await readFile(join(this.#root, folder, "log"), "utf8");
    return text.split("\n").slice(-20).join("\n");
  }
}
