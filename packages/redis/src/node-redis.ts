import calculateSlot from "cluster-key-slot";
import type { Argument, Connection, Reply, ScriptCall, WaitOptions } from "./connection.ts";
import { isMoved } from "./failure.ts";
import { lastErrorOf } from "./last-error.ts";

/**
 * A client, pool, cluster or sentinel client of the package `redis`, version 4, 5 or 6, as a structural type.
 */
export interface NodeRedisLike {
  readonly isOpen: boolean;
  connect(...args: never[]): unknown;
  sendCommand(...args: never[]): unknown;
}

interface CommandOptions {
  /** How to ask for bytes: first in version 4, then from version 5 on. */
  readonly returnBuffers?: true;
  readonly typeMapping?: Readonly<Record<number, unknown>>;
  /** A lost connection does not separate the commands of a chain. */
  readonly chainId?: symbol;
}

type Command = readonly Argument[];

/** Sends a command on one connection. */
type Send = (command: Command, options?: CommandOptions) => Promise<unknown>;

interface Single extends NodeRedisLike {
  readonly isReady?: boolean;
  sendCommand: Send;
}

interface Pool extends NodeRedisLike {
  sendCommand: Send;
  execute<T>(use: (client: Single) => Promise<T>): Promise<T>;
}

interface Sentinel extends NodeRedisLike {
  readonly isReady: boolean;
  sendCommand(isReadonly: false, command: Command, options?: CommandOptions): Promise<unknown>;
  use<T>(use: (lease: Pick<Sentinel, "sendCommand">) => Promise<T>): Promise<T>;
}

interface ClusterNode {
  readonly client?: Single | Promise<Single>;
}

interface Cluster extends NodeRedisLike {
  readonly slots: readonly ({ readonly master: ClusterNode } | undefined)[];
  readonly masters: readonly ClusterNode[];
  sendCommand(key: string, isReadonly: false, command: Command, options?: CommandOptions): Promise<unknown>;
  nodeClient(node: ClusterNode): Single | Promise<Single>;
}

/** The byte with which Redis marks a bulk string. */
const BULK_STRING = 36;
const BYTES: CommandOptions = { returnBuffers: true, typeMapping: { [BULK_STRING]: Buffer } };

/** The ways in which the kinds of client differ. */
interface Family {
  readonly isCluster: boolean;
  run(call: ScriptCall): Promise<unknown>;
  runAndWait(call: ScriptCall, wait: WaitOptions): Promise<[unknown, unknown]>;
  /** The primaries, for commands without keys. */
  primaries(): Promise<readonly Send[]>;
  isReady(): boolean;
  findPrimary(): void;
}

export function isNodeRedis(client: object): client is NodeRedisLike {
  const { sendCommand, connect, isOpen } = client as Partial<NodeRedisLike>;
  return typeof sendCommand === "function" && typeof connect === "function" && typeof isOpen === "boolean";
}

/** A client of node-redis that the application owns. It is connected if it is not connected yet. */
export function connectionOfNodeRedis(client: NodeRedisLike): Connection {
  const family = familyOf(client);
  const prefix = keyPrefixOf(client);
  const prefixed = (call: ScriptCall): ScriptCall =>
    prefix === "" ? call : { ...call, keys: call.keys.map((key) => prefix + key) };
  return {
    isCluster: family.isCluster,
    keyPrefix: prefix,
    run: (call) => family.run(prefixed(call)) as Promise<Reply>,
    async runAndWait(call, wait) {
      const [reply, replicas] = await family.runAndWait(prefixed(call), wait);
      return [reply as Reply, Number(replicas)];
    },
    scan: (pattern, count) => scan(family, pattern, count),
    isReady: () => family.isReady(),
    isClosed: () => !client.isOpen,
    findPrimary: () => family.findPrimary(),
    lastError: lastErrorOf(client),
    close: async () => {},
  };
}

function familyOf(client: NodeRedisLike): Family {
  if ("nodeClient" in client) return ofCluster(client as Cluster);
  if ("use" in client) return ofSentinel(client as Sentinel);
  if ("execute" in client) return ofPool(client as Pool);
  return ofSingle(client as Single);
}

function ofSingle(client: Single): Family {
  const send: Send = (command, options) => client.sendCommand(command, options);
  return {
    isCluster: false,
    run: (call) => send(commandOf(call), BYTES),
    runAndWait: (call, wait) => both(send, call, wait),
    primaries: async () => [send],
    isReady: () => client.isReady !== false,
    findPrimary: () => leave(send),
  };
}

function ofPool(pool: Pool): Family {
  const send: Send = (command, options) => pool.sendCommand(command, options);
  return {
    isCluster: false,
    run: (call) => send(commandOf(call), BYTES),
    runAndWait: (call, wait) => pool.execute((client) => both(sendOn(client), call, wait)),
    primaries: async () => [send],
    isReady: () => pool.isOpen,
    findPrimary: () => leave(send),
  };
}

function ofSentinel(sentinel: Sentinel): Family {
  const send: Send = (command, options) => sentinel.sendCommand(false, command, options);
  return {
    isCluster: false,
    run: (call) => send(commandOf(call), BYTES),
    runAndWait: (call, wait) =>
      sentinel.use((lease) =>
        both((command, options) => lease.sendCommand(false, command, options), call, wait),
      ),
    primaries: async () => [send],
    isReady: () => sentinel.isReady,
    // This client asks the sentinels itself.
    findPrimary: () => {},
  };
}

function ofCluster(cluster: Cluster): Family {
  const connected = ({ client }: ClusterNode): boolean => {
    const { isReady } = (client ?? {}) as Partial<Single>;
    return isReady !== false;
  };
  return {
    isCluster: true,
    run: (call) => cluster.sendCommand(call.keys[0]!, false, commandOf(call), BYTES),
    async runAndWait(call, wait) {
      const key = call.keys[0]!;
      // A command on which nothing depends: to send it, the cluster looks up a slot that it does not know or that has
      // moved.
      const find = () => cluster.sendCommand(key, false, ["EXISTS", key]);
      const attempt = async (): Promise<[unknown, unknown]> => {
        const { master } = cluster.slots[calculateSlot(key)]!;
        return both(sendOn(await cluster.nodeClient(master)), call, wait);
      };
      if (!cluster.slots[calculateSlot(key)]) await find();
      try {
        return await attempt();
      } catch (error) {
        if (!isMoved(error)) throw error;
      }
      await find();
      return attempt();
    },
    async primaries() {
      const clients = await Promise.all(cluster.masters.map(async (node) => cluster.nodeClient(node)));
      return clients.map(sendOn);
    },
    isReady: () => cluster.isOpen && cluster.masters.every(connected),
    findPrimary: () => {},
  };
}

function sendOn(client: Single): Send {
  return (command, options) => client.sendCommand(command, options);
}

function commandOf({ command, script, keys, args }: ScriptCall): Argument[] {
  return [command, script, String(keys.length), ...keys, ...args];
}

function both(
  send: Send,
  call: ScriptCall,
  { replicas, timeoutMs }: WaitOptions,
): Promise<[unknown, unknown]> {
  // On a new connection, WAIT would have nothing to wait for, and would report that all replicas have the write.
  const chainId = Symbol("script and WAIT");
  return Promise.all([
    send(commandOf(call), { ...BYTES, chainId }),
    send(["WAIT", String(replicas), String(timeoutMs)], { chainId }),
  ]);
}

/** Makes the server close the connection once it has done what was sent before. The client then makes a new one. */
function leave(send: Send): void {
  send(["QUIT"]).catch(() => {});
}

async function* scan(family: Family, pattern: string, count: number): AsyncGenerator<string[]> {
  for (const send of await family.primaries()) {
    let cursor = "0";
    do {
      const command = ["SCAN", cursor, "MATCH", pattern, "COUNT", String(count)];
      const [next, names] = (await send(command, BYTES)) as [Buffer, Buffer[]];
      cursor = String(next);
      yield names.map(String);
    } while (cursor !== "0");
  }
}

/** Since version 6, a client can add a prefix to keys, but not in commands that are passed to it whole. */
function keyPrefixOf(client: NodeRedisLike): string {
  const { _keyPrefix: prefix } = client as { _keyPrefix?: string | Buffer };
  return prefix?.toString() ?? "";
}
