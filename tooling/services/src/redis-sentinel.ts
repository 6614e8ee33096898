import { debianProgram } from "./debian.ts";
import type { Machine } from "./machine.ts";
import { startNode, type Node } from "./node.ts";
import { until } from "./patience.ts";
import type { Recipe } from "./recipe.ts";
import { askRedis, isReplica, REDIS_8, redisVersion, startRedis } from "./redis.ts";

const NAME = "threadmark";
const SENTINELS = 3;
/** So many sentinels have to agree that a server is down. */
const QUORUM = 2;

/**
 * Milliseconds. Sentinels look at the others ten times as often, so a failover is done when it has happened, and a busy
 * machine does not make them do nothing for half a minute, which they do when they were late once ("tilt").
 */
const PERIODS = ["info-period", "1000", "publish-period", "200", "tilt-trigger", "600000"];

/** A Redis with the wished number of replicas, and three sentinels. Its URL is that of a sentinel. */
export const redisSentinel: Recipe = {
  name: "redis-sentinel",
  kind: "redis-sentinel",
  variable: "REDIS_SENTINEL_URL",
  image: "redis:8",
  install: () => debianProgram(REDIS_8),
  async start(open, { args, replicas = 1, failAfter }) {
    const count = 1 + replicas;
    const machine = await open(count + SENTINELS);
    const primary = machine.ports[0]!;
    const starting = machine.ports.slice(0, count).map((port) => {
      const from = port === primary ? [] : ["--replicaof", `127.0.0.1 ${primary}`];
      return startRedis(machine, port, "redis-server", [...from, ...args]);
    });
    const nodes = await Promise.all(starting);
    // Sentinels ask for the replicas at once, and then only every ten seconds.
    await until("the replicas are there", () => hasReplicas(nodes[0]!, replicas));
    // The primary takes one for online that is still reading its first copy.
    await Promise.all(nodes.slice(1).map((node) => until("a replica has copied it", () => isReplica(node))));
    const watching = machine.ports
      .slice(count)
      .map((port) => startSentinel(machine, port, primary, failAfter));
    const sentinels = await Promise.all(watching);
    await Promise.all(sentinels.map((one) => until("the sentinels agree", () => agrees(one, replicas))));
    const url = `redis://${sentinels[0]!.address}`;
    return { url, nodes, sentinels, facts: await sentinelFacts(url) };
  },
  facts: sentinelFacts,
  version: redisVersion,
};

async function startSentinel(
  machine: Machine,
  port: number,
  primary: number,
  failAfter: number,
): Promise<Node> {
  await machine.write(
    String(port),
    "sentinel.conf",
    `port ${port}
bind ${machine.listen}
protected-mode no
sentinel announce-ip 127.0.0.1
sentinel monitor ${NAME} 127.0.0.1 ${primary} ${QUORUM}
sentinel down-after-milliseconds ${NAME} ${failAfter}
sentinel failover-timeout ${NAME} ${3 * failAfter}
`,
  );
  const command = { program: "redis-server", args: ["sentinel.conf", "--sentinel"] };
  return startNode(machine, port, command, (on) =>
    askRedis(`redis://127.0.0.1:${on}`, ["SENTINEL", "DEBUG", ...PERIODS]),
  );
}

async function hasReplicas({ address }: Node, count: number): Promise<void> {
  const info = String(await askRedis(`redis://${address}`, ["INFO", "replication"]));
  if (info.split("state=online").length - 1 !== count) throw new Error(info);
}

async function agrees({ address }: Node, replicas: number): Promise<void> {
  const state = asObject(await askRedis(`redis://${address}`, ["SENTINEL", "MASTER", NAME]));
  const { "num-slaves": known, "num-other-sentinels": others, flags } = state;
  if (known === String(replicas) && others === String(SENTINELS - 1) && flags === "master") return;
  throw new Error(JSON.stringify(state));
}

/** `name`: what the sentinels call the servers. `sentinels`: their addresses, separated by commas. */
async function sentinelFacts(url: string): Promise<Readonly<Record<string, string>>> {
  const [first] = (await askRedis(url, ["SENTINEL", "MASTERS"])) as unknown[];
  const name = asObject(first)["name"] ?? "";
  const others = (await askRedis(url, ["SENTINEL", "SENTINELS", name])) as unknown[];
  const addresses = others.map(asObject).map(({ ip, port }) => `${ip}:${port}`);
  return { name, sentinels: [new URL(url).host, ...addresses].join(",") };
}

/** Redis answers with names and values in turn. */
function asObject(answer: unknown): Record<string, string> {
  const words = answer as string[];
  const pairs = words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1]!]] : []));
  return Object.fromEntries(pairs) as Record<string, string>;
}
