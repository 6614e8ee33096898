import { callsToHost } from "./host-process.ts";
import type { Node } from "./node.ts";
import type { NodeAction, PrivateDescription } from "./session.ts";

/** What a private server is started with. */
export interface PrivateOptions {
  /**
   * More arguments for each of its programs, such as `["--appendonly", "yes", "--appendfsync", "always"]` for a Redis
   * that keeps what it acknowledged.
   *
   * @default []
   */
  readonly args?: readonly string[];
  /** Replicas of each primary. @default 0 for `redis-cluster`, 1 for `redis-sentinel`, 2 for `mongodb-replica-set` */
  readonly replicas?: number;
  /** Milliseconds after which a group takes a program that does not answer for dead. @default 2000 */
  readonly failAfter?: number;
}

/** A server that belongs to a test. It ends with `stop`, or with the process that started it. */
export interface PrivateServer extends PrivateGroup, Node {}

/** A server of several programs that belongs to a test. */
export interface PrivateGroup extends AsyncDisposable {
  readonly url: string;
  readonly version: string;
  /** What tests know of a shared server of the kind, too. */
  readonly facts: Readonly<Record<string, string>>;
  /**
   * Its programs. `redis-cluster`: three masters, then their replicas in the same order. `redis-sentinel`: the
   * primary, then its replicas. `mongodb-replica-set`: three members, the first of them primary.
   */
  readonly nodes: readonly Node[];
  /** Those of `redis-sentinel`. */
  readonly sentinels: readonly Node[];
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/**
 * Starts a server of one program for a test that kills it, fills it or sets it up in its own way. Its port and its
 * files stay through `kill` and `start`; what is in them after a kill is up to the server and its arguments: Postgres
 * and MongoDB keep what they acknowledged, Redis keeps nothing unless its arguments say so.
 *
 * @param name as in `provide.services`: `"redis:8"`, `"mongodb"`, `"postgres:17"`.
 * @throws Error when neither Docker nor a program has it, or when it does not start with the arguments.
 * @example
 * await using server = await startPrivate("redis:8", { args: ["--appendonly", "yes"] });
 * await server.kill();
 * await server.start();
 */
export async function startPrivate(name: string, options: PrivateOptions = {}): Promise<PrivateServer> {
  const group = await startPrivateGroup(name, options);
  const [node, ...more] = group.nodes;
  if (!node || more.length > 0) {
    await group.stop();
    throw new Error(`${name} has several programs: use startPrivateGroup`);
  }
  return { ...group, ...node };
}

/**
 * Starts a server of several programs for a test that kills some of them: `"redis-cluster"`, `"redis-sentinel"`,
 * `"mongodb-replica-set"`. What `startPrivate` says of one program holds for each.
 *
 * @throws Error when neither Docker nor a program has it, or when it does not start with the arguments.
 * @example
 * await using group = await startPrivateGroup("redis-cluster", { replicas: 1 });
 * await group.nodes[0]!.kill();
 */
export async function startPrivateGroup(
  name: string,
  { args = [], failAfter = 2000, replicas }: PrivateOptions = {},
): Promise<PrivateGroup> {
  const calls = await callsToHost();
  const wishes = { args, failAfter, replicas };
  const started = (await calls.call("startPrivate", name, wishes)) as PrivateDescription;
  const { id, url, version, facts, ports, sentinelPorts } = started;
  const nodeOn = (port: number): Node => {
    const act = async (action: NodeAction, ...more: readonly unknown[]): Promise<void> => {
      await calls.call("act", id, port, action, ...more);
    };
    return {
      port,
      address: `127.0.0.1:${port}`,
      kill: (signal = "SIGKILL") => act("kill", signal),
      start: () => act("start"),
      cut: (file, bytes) => act("cut", file, bytes),
      pause: () => act("pause"),
      resume: () => act("resume"),
    };
  };
  const stop = async (): Promise<void> => {
    await calls.call("stopPrivate", id);
    await calls.close();
  };
  return {
    url,
    version,
    facts,
    nodes: ports.map(nodeOn),
    sentinels: sentinelPorts.map(nodeOn),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
