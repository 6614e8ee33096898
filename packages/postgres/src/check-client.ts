import { wrongArgument } from "@threadmark/core/storage";
import type { PGliteLike, PgClientLike } from "./pg.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Clients that people mistake for one of `pg`, how to recognise them, and what to do. The first match counts. */
const OTHERS: readonly { readonly is: string; readonly has: readonly string[]; readonly instead: string }[] =
  [
    {
      is: "a database of Drizzle",
      has: ["$client"],
      instead: "pass the Pool that it was made with; with `drizzle-orm/node-postgres` that is `db.$client`",
    },
    { is: "Knex", has: ["raw", "schema", "migrate"], instead: "pass a Pool of `pg`" },
    { is: "a client of postgres.js or Bun", has: ["unsafe", "begin"], instead: "pass a Pool of `pg`" },
    { is: "a database of Kysely", has: ["selectFrom", "executeQuery"], instead: "pass its Pool of `pg`" },
    { is: "a client of Prisma", has: ["$queryRaw"], instead: "pass a Pool of `pg`" },
    { is: "a DataSource of TypeORM", has: ["createQueryBuilder", "query"], instead: "pass a Pool of `pg`" },
    { is: "Sequelize", has: ["define", "authenticate"], instead: "pass a Pool of `pg`" },
    { is: "a pool of Slonik", has: ["maybeOne", "anyFirst"], instead: "pass a Pool of `pg`" },
    {
      is: "a database of pg-promise",
      has: ["manyOrNone", "oneOrNone"],
      instead: "pass its pool, `db.$pool`",
    },
    { is: "a pool of mysql2", has: ["query", "getConnection"], instead: "this saver needs Postgres" },
    { is: "a database of SQLite", has: ["exec", "prepare"], instead: "this saver needs Postgres or PGlite" },
    { is: "a client of MongoDB", has: ["db", "startSession"], instead: "use @threadmark/mongodb" },
    { is: "a client of Redis", has: ["hset", "xadd"], instead: "use @threadmark/redis" },
    { is: "a client of Redis", has: ["hSet", "xAdd"], instead: "use @threadmark/redis" },
  ];

const EXPECTED = "must be a Pool or a connected Client of `pg`, or a PGlite";

/**
 * Refuses a client that cannot work, when the saver is created rather than at its first call. Messages never
 * repeat an argument: it could be a URL with a password.
 *
 * @throws CheckpointError `INVALID_ARGUMENT`.
 */
export function checkClient(client: unknown): asserts client is PgClientLike | PGliteLike {
  if (typeof client === "string" || client instanceof URL) {
    throw wrongArgument(
      "client",
      `${EXPECTED}; for a connection string call \`PostgresSaver.fromConnString\``,
    );
  }
  if (client === null || (typeof client !== "object" && typeof client !== "function")) {
    throw wrongArgument("client", `${EXPECTED}, not ${client === null ? "null" : typeof client}`);
  }
  const fields = client as Fields;
  if (!isOfPg(fields)) {
    const other = OTHERS.find(({ has }) => has.every((name) => name in client));
    if (other) throw wrongArgument("client", `${EXPECTED}; this is ${other.is}: ${other.instead}`);
  }
  if (typeof fields["query"] !== "function" || typeof client === "function") {
    throw wrongArgument("client", `${EXPECTED}; this has no query method like theirs`);
  }
  const state = stateOf(fields);
  if (state) throw wrongArgument("client", `${EXPECTED}; ${state}`);
}

/** A subclass of a client may have any additional methods. */
function isOfPg(client: Fields): boolean {
  return ["query", "connect", "end", "on"].every((name) => typeof client[name] === "function");
}

/** Queries of a client that was never connected would wait forever. Only `pg` itself has these fields. */
function stateOf(client: Fields): string | undefined {
  if (client["ended"] === true || client["ending"] === true) return "this Pool has been ended";
  if (client["_ended"] === true || client["_ending"] === true) return "this Client has been ended";
  if (client["closed"] === true && "waitReady" in client) return "this PGlite has been closed";
  if (client["_connected"] === false && client["_connecting"] === false) {
    return "this Client is not connected: call `await client.connect()` first";
  }
  return undefined;
}

/** Schemes that `pg` understands. */
const SCHEMES = /^(postgres|postgresql|socket):/i;

/**
 * Refuses anything that is not a Postgres URL. `pg` would take an empty one to mean localhost.
 *
 * @throws CheckpointError `INVALID_ARGUMENT`.
 */
export function checkConnString(connString: unknown): asserts connString is string {
  if (typeof connString !== "string" || connString === "") {
    const got = typeof connString === "string" ? "empty" : typeof connString;
    throw wrongArgument("connString", `must be a URL such as "postgres://user@host/database"; it is ${got}`);
  }
  // The path of a Unix socket.
  if (connString.startsWith("/")) return;
  if (!SCHEMES.test(connString)) {
    throw wrongArgument("connString", "must begin with postgres:// or postgresql://");
  }
  // Like `pg`, this fills in a host.
  if (!URL.canParse(connString) && !URL.canParse(connString.replace("@/", "@localhost/"))) {
    throw wrongArgument(
      "connString",
      "cannot be read as a URL; encode special characters in its password, as `encodeURIComponent` does",
    );
  }
}

/**
 * Refuses anything that cannot be a folder for PGlite.
 *
 * @throws CheckpointError `INVALID_ARGUMENT`.
 */
export function checkFolder(folder: unknown): asserts folder is string {
  if (typeof folder !== "string" || folder === "" || folder.includes("\0") || /^\w+:\/\//.test(folder)) {
    throw wrongArgument("folder", 'must be a path such as "./threads"');
  }
}
