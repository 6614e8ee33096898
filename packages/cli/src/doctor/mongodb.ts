import { impatient } from "../stores/open-store.ts";
import {
  clockFinding,
  notSetUp,
  note,
  ok,
  SWEEP_MILLISECONDS,
  sweepFinding,
  wrong,
  type Finding,
  type ServerCheck,
} from "./checks.ts";

type Doc = Record<string, unknown>;

interface Database {
  command(command: object): Promise<Doc>;
  collection(name: string): {
    findOne(filter: object): Promise<Doc | null>;
    countDocuments(filter: object, options: object): Promise<number>;
  };
}

interface MongoClient {
  db(name?: string): Database;
  close(): Promise<void>;
}

const COLLECTION = "threadmark_checkpoints";
const ACTIONS = ["find", "insert", "update", "remove"];
/** More expired threads than this are not counted. */
const ENOUGH = 10_000;

/** Version, role, durability, clock, schema, rights and sweeping of a MongoDB. */
export const checkMongo: ServerCheck = async ({ target }, { db }, load) => {
  const { MongoClient } = (await load("mongodb")) as { MongoClient: new (url: string) => MongoClient };
  const client = new MongoClient(impatient(target));
  try {
    const admin = client.db("admin");
    const hello = await admin.command({ hello: 1 });
    const { version } = await admin.command({ buildInfo: 1 });
    const database = client.db(db);
    return [
      Number.parseInt(String(version), 10) >= 5
        ? ok("version", `MongoDB ${String(version)}`)
        : wrong("version", `MongoDB ${String(version)}`, "update to 5 or newer"),
      hello["isWritablePrimary"] === true
        ? ok("role", "accepts writes")
        : wrong("role", "this server accepts no writes", "put all members and the replicaSet into the URL"),
      durabilityFinding(hello),
      clockFinding((hello["localTime"] as Date).getTime()),
      ...(await storeFindings(database, await rightsOf(admin))),
    ];
  } finally {
    await client.close();
  }
};

function durabilityFinding(hello: Doc): Finding {
  if (hello["msg"] === "isdbgrid") return ok("durability", "a sharded cluster");
  if (hello["setName"] === undefined) {
    return note(
      "durability",
      "a single server: nothing works while it is down, and data that it loses is gone",
      "if that is not enough, use a replica set of three",
    );
  }
  if (Array.isArray(hello["arbiters"]) && hello["arbiters"].length > 0) {
    return note(
      "durability",
      "a replica set with an arbiter: write concern majority waits when a member is down",
      "give it a third member with data",
    );
  }
  const members = Array.isArray(hello["hosts"]) ? hello["hosts"].length : 1;
  return members < 3
    ? note(
        "durability",
        `a replica set of ${members}: it has no primary while one is down`,
        "add members until there are three",
      )
    : ok("durability", `a replica set of ${members}; write concern majority survives a failover`);
}

interface Privilege {
  readonly resource: { readonly db?: string; readonly collection?: string; readonly anyResource?: boolean };
  readonly actions: readonly string[];
}

/** What this user may do; `undefined` where there is no access control. */
async function rightsOf(admin: Database): Promise<readonly Privilege[] | undefined> {
  const { authInfo } = await admin.command({ connectionStatus: 1, showPrivileges: true });
  const { authenticatedUsers, authenticatedUserPrivileges } = authInfo as {
    authenticatedUsers: readonly unknown[];
    authenticatedUserPrivileges: readonly Privilege[];
  };
  return authenticatedUsers.length === 0 ? undefined : authenticatedUserPrivileges;
}

async function storeFindings(
  database: Database,
  rights: readonly Privilege[] | undefined,
): Promise<Finding[]> {
  const name = (database as unknown as { databaseName: string }).databaseName;
  const covers = ({ resource }: Privilege): boolean =>
    resource.anyResource === true ||
    ((resource.db === name || resource.db === "") &&
      (resource.collection === COLLECTION || resource.collection === ""));
  const lacking = rights
    ? ACTIONS.filter((action) => !rights.some((one) => covers(one) && one.actions.includes(action)))
    : [];
  if (lacking.length > 0) {
    const text = `this user may not ${lacking.join(", ")} in ${name}.${COLLECTION}`;
    return [wrong("rights", text, `give it the role readWrite on ${name}`)];
  }
  const collection = database.collection(COLLECTION);
  const found = await collection.findOne({ _id: "threadmark" });
  if (!found) return [notSetUp(`database ${name}`)];
  const before = new Date(Date.now() - SWEEP_MILLISECONDS);
  const expired = { expires: { $gt: new Date(0), $lt: before } };
  return [
    ok("schema", `version ${String(found["version"])} in ${name}.${COLLECTION}`),
    ok("rights", rights ? "this user may read and write" : "the server requires no password"),
    sweepFinding(await collection.countDocuments(expired, { limit: ENOUGH })),
  ];
}
