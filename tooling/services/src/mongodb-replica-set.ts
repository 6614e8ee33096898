import { mongodProgram } from "./mongod.ts";
import { askMongod, directUrl, MONGODB_IMAGE, mongodVersion, startMongod } from "./mongodb.ts";
import { until } from "./patience.ts";
import type { Recipe } from "./recipe.ts";

const NAME = "threadmark";

/**
 * A replica set. The first member is the first primary. One that a test may kill members of has three, since two of them
 * elect; for the others a majority is the same two, and a third one would only repeat every write.
 */
export const mongodbReplicaSet: Recipe = {
  name: "mongodb-replica-set",
  kind: "mongodb-replica-set",
  variable: "MONGODB_REPLICA_SET_URL",
  image: MONGODB_IMAGE,
  install: mongodProgram,
  async start(open, { args, failAfter, isPrivate, replicas = isPrivate ? 2 : 1 }) {
    const machine = await open(1 + replicas);
    const starting = machine.ports.map((port) => startMongod(machine, port, ["--replSet", NAME, ...args]));
    const nodes = await Promise.all(starting);
    const members = nodes.map(({ address }, index) => ({ _id: index, host: address }));
    const settings = { electionTimeoutMillis: failAfter, heartbeatIntervalMillis: Math.min(failAfter, 1000) };
    const first = directUrl(nodes[0]!.port);
    await askMongod(first, { replSetInitiate: { _id: NAME, members, settings } });
    // It would wait for the time of an election first.
    await until("the first member is primary", () => becomePrimary(first));
    await until("the others have copied it", () => hasSecondaries(first, replicas));
    const hosts = nodes.map(({ address }) => address).join(",");
    return { url: `mongodb://${hosts}/?replicaSet=${NAME}`, nodes };
  },
  version: mongodVersion,
};

async function becomePrimary(url: string): Promise<void> {
  const { isWritablePrimary } = await askMongod(url, { hello: 1 });
  if (isWritablePrimary) return;
  await askMongod(url, { replSetStepUp: 1 });
  throw new Error("it is not yet primary");
}

async function hasSecondaries(url: string, count: number): Promise<void> {
  const { members } = (await askMongod(url, { replSetGetStatus: 1 })) as unknown as {
    members: { stateStr: string }[];
  };
  const states = members.map(({ stateStr }) => stateStr);
  if (states.filter((state) => state === "SECONDARY").length < count) throw new Error(states.join(", "));
}
