import { debianProgram } from "./debian.ts";
import type { Node } from "./node.ts";
import { until } from "./patience.ts";
import type { Recipe } from "./recipe.ts";
import { askRedis, isReplica, REDIS_8, redisVersion, startRedis } from "./redis.ts";

const MASTERS = 3;
const SLOTS = 16_384;

/** A Redis Cluster of three masters, each with the wished number of replicas. */
export const redisCluster: Recipe = {
  name: "redis-cluster",
  kind: "redis-cluster",
  variable: "REDIS_CLUSTER_URL",
  image: "redis:8",
  install: () => debianProgram(REDIS_8),
  async start(open, { args, replicas = 0, failAfter }) {
    const count = MASTERS * (1 + replicas);
    // One port of each is for the others.
    const machine = await open(2 * count);
    const ports = machine.ports.slice(0, count);
    const starting = ports.map((port, index) => {
      const bus = String(machine.ports[count + index]);
      const timeout = ["--cluster-node-timeout", String(failAfter)];
      const cluster = [
        "--cluster-enabled",
        "yes",
        "--cluster-announce-ip",
        "127.0.0.1",
        "--cluster-port",
        bus,
      ];
      return startRedis(machine, port, "redis-server", [...cluster, ...timeout, ...args]);
    });
    const nodes = await Promise.all(starting);
    await join(nodes, machine.ports.slice(count));
    const url = `redis://${nodes[0]!.address}`;
    return { url, nodes, facts: await clusterFacts(url) };
  },
  facts: clusterFacts,
  version: redisVersion,
};

/** Makes one cluster of the nodes: the masters first, then their replicas in the same order. */
async function join(nodes: readonly Node[], buses: readonly number[]): Promise<void> {
  await Promise.all(nodes.map((node, index) => ask(node, "SET-CONFIG-EPOCH", String(index + 1))));
  await Promise.all(nodes.slice(0, MASTERS).map(takeSlots));
  for (const [index, { port }] of nodes.entries()) {
    if (index > 0) await ask(nodes[0]!, "MEET", "127.0.0.1", String(port), String(buses[index]));
  }
  await Promise.all(nodes.map((node) => until("the nodes know each other", () => knows(node, nodes.length))));
  const replicas = nodes.slice(MASTERS).map(async (node, index) => {
    const master = String(await ask(nodes[index % MASTERS]!, "MYID"));
    await ask(node, "REPLICATE", master);
    await until("a replica has copied its master", () => isReplica(node));
  });
  await Promise.all(replicas);
  await Promise.all(nodes.map((node) => until("the cluster is whole", () => isWhole(node))));
}

function ask({ address }: Node, ...command: string[]): Promise<unknown> {
  return askRedis(`redis://${address}`, ["CLUSTER", ...command]);
}

async function takeSlots(node: Node, index: number): Promise<void> {
  const [first, next] = [index, index + 1].map((n) => Math.floor((n * SLOTS) / MASTERS));
  await ask(node, "ADDSLOTSRANGE", String(first), String(next! - 1));
}

async function knows(node: Node, count: number): Promise<void> {
  const info = String(await ask(node, "INFO"));
  if (!info.includes(`cluster_known_nodes:${count}\r`)) throw new Error(info);
}

async function isWhole(node: Node): Promise<void> {
  const info = String(await ask(node, "INFO"));
  if (!/cluster_state:ok[^]*cluster_slots_ok:16384\r/.test(info)) throw new Error(info);
}

/** `nodes`: the addresses of the masters, separated by commas. */
async function clusterFacts(url: string): Promise<Readonly<Record<string, string>>> {
  const slots = (await askRedis(url, ["CLUSTER", "SLOTS"])) as [number, number, [string, number]][];
  const masters = slots.map(([, , [host, port]]) => `${host}:${port}`);
  return { nodes: [...new Set(masters)].join(",") };
}
