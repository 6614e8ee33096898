import { readFile, readlink } from "node:fs/promises";
import type { GenericContainer, StartedTestContainer } from "testcontainers";
import type { Command, Machine, Program } from "./machine.ts";
import { freePorts } from "./ports.ts";

const FOLDER = "/threadmark";
/** The first process of a container has to take care of the orphans; a shell does that, `sleep` alone does not. */
const IDLE = "echo idle; while true; do sleep 3600; done";
const IN_FOLDER = 'mkdir -p "$0" && cd "$0"';
const START = `${IN_FOLDER} && { setsid "$@" </dev/null >>log 2>&1 & echo $!; }`;
const END = 'kill -s "$0" "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.02; done';
/** What tells a network from every other one: the start of the system, and a number within it. */
const NETWORK = ["/proc/sys/kernel/random/boot_id", "/proc/self/ns/net"] as const;

/** A container in which only programs started through it run, so that each can be killed. */
export async function openContainer(image: string, portCount: number): Promise<Machine> {
  const ports = await freePorts(portCount);
  const container = await (
    await idle(image)
  )
    .withExposedPorts(...ports.map((port) => ({ container: port, host: port })))
    .start();
  const address = container.getIpAddress(container.getNetworkNames()[0]!);
  return new Container(image, container, { ports, listen: "0.0.0.0", address });
}

/**
 * The same with the network of this process, so that no proxy of Docker stands before each port. Where Docker does not
 * run on this machine, or does not allow it, a container with published ports.
 */
export async function openContainerHere(image: string, portCount: number): Promise<Machine> {
  const container = await (
    await idle(image)
  )
    .withNetworkMode("host")
    .start()
    .catch(() => undefined);
  if (container && (await hasNetworkOfThisProcess(container).catch(() => false))) {
    const address = "127.0.0.1";
    return new Container(image, container, { ports: await freePorts(portCount), listen: address, address });
  }
  await container?.stop();
  return openContainer(image, portCount);
}

async function idle(image: string): Promise<GenericContainer> {
  const { GenericContainer: Generic, Wait } = await import("testcontainers");
  /** Published to this machine only. */
  class LocalContainer extends Generic {
    protected override async beforeContainerCreated(): Promise<void> {
      for (const bindings of Object.values(this.hostConfig.PortBindings ?? {})) {
        for (const binding of bindings as { HostIp?: string }[]) binding.HostIp = "127.0.0.1";
      }
    }
  }
  return new LocalContainer(image)
    .withEntrypoint(["sh", "-c"])
    .withCommand([IDLE])
    .withLabels({ "threadmark.host": process.env["TEST_SERVER_HOST"] ?? "" })
    .withTmpFs({ [FOLDER]: "rw,exec,mode=1777" })
    .withWaitStrategy(Wait.forLogMessage("idle"));
}

async function hasNetworkOfThisProcess(container: StartedTestContainer): Promise<boolean> {
  const [start, network] = NETWORK;
  const own = await Promise.all([readFile(start, "utf8"), readlink(network)]).catch(() => undefined);
  const { output } = await container.exec(["sh", "-c", `cat ${start}; readlink ${network}`]);
  return own !== undefined && output.trim() === own.join("");
}

/** Where the programs of a container listen, and how they are reached. */
type Place = Pick<Machine, "ports" | "listen" | "address">;

class Container implements Machine {
  readonly found: string;
  readonly asRoot = true;
  readonly listen: string;
  readonly address: string;
  readonly ports: readonly number[];
  readonly #container: StartedTestContainer;

  constructor(image: string, container: StartedTestContainer, { ports, listen, address }: Place) {
    this.ports = ports;
    this.listen = listen;
    this.address = address;
    this.found = `Docker image ${image}`;
    this.#container = container;
  }

  async run(folder: string, { program, args, asNobody = false }: Command): Promise<void> {
    await this.#exec(`${IN_FOLDER} && "$@"`, [`${FOLDER}/${folder}`, program, ...args], asNobody);
  }

  program(folder: string, { program, args, asNobody = false }: Command): Program {
    const path = `${FOLDER}/${folder}`;
    let pid = "";
    return {
      start: async () => {
        pid = (await this.#exec(START, [path, program, ...args], asNobody)).trim();
      },
      signal: async (signal, end) => {
        await this.#exec(end ? END : 'kill -s "$0" "$1"', [signal.replace(/^SIG/, ""), pid]);
      },
      isRunning: async () => (await this.#exec('if kill -0 "$0"; then echo yes; fi', [pid])).includes("yes"),
      log: () => this.#exec('tail -n 20 "$0/log"', [path]),
    };
  }

  async write(folder: string, file: string, text: string): Promise<void> {
    await this.#exec(`${IN_FOLDER} && printf %s "$2" >"$1"`, [`${FOLDER}/${folder}`, file, text]);
  }

  async cut(folder: string, file: string, bytes: number): Promise<void> {
    await this.#exec('cd "$0" && truncate -s "-$2" "$1"', [`${FOLDER}/${folder}`, file, String(bytes)]);
  }

  async remove(): Promise<void> {
    await this.#container.stop();
  }

  /** What a script prints. Rejects unless it ends with 0. */
  async #exec(script: string, args: readonly string[], asNobody = false): Promise<string> {
    // Docker may not know the exit code yet when the output has ended, so the output tells it.
    const command = ["sh", "-c", `${script}\nprintf '\\n%s' "$?"`, ...args];
    const user = asNobody ? "nobody" : "root";
    const { stdout, stderr } = await this.#container.exec(command, { user });
    const end = stdout.lastIndexOf("\n");
    const [printed, code] = [stdout.slice(0, end), stdout.slice(end + 1)];
    if (code !== "0") throw new Error(`${args.join(" ")} ended with ${code}: ${printed}${stderr}`);
    return printed;
  }
}
