import { CheckpointError, isPercentEncoded, wrongArgument } from "@threadmark/core/storage";
import type { MongoClientLike } from "./driver.ts";

/** Options of the driver's `MongoClient`, which are passed on unread. */
export type ClientOptions = Readonly<Record<string, unknown>>;

type NewClient = new (connString: string, options: object) => MongoClientLike;

const SCHEME = /^mongodb(?:\+srv)?:\/\//;
/** A name, an address, or the path of a socket in percent-encoding; and a port. */
const HOST = /^(?:\[[\da-f:.]+\]|[^\s:/?#[\]@]+)(?::\d{1,5})?$/i;

/**
 * Refuses what cannot be a connection string, without repeating any of it.
 *
 * @throws CheckpointError `INVALID_ARGUMENT`
 */
export function checkConnString(connString: unknown): void {
  const problem = problemOf(connString);
  if (problem !== undefined) refuse(problem);
}

function problemOf(connString: unknown): string | undefined {
  if (typeof connString !== "string") {
    return 'must be a string, for example "mongodb://localhost/agents"; is a variable of the environment missing?';
  }
  if (!SCHEME.test(connString)) return 'must begin with "mongodb://" or "mongodb+srv://"';
  const [authority = ""] = connString.replace(SCHEME, "").split(/[/?]/, 1);
  const at = authority.lastIndexOf("@");
  const user = authority.slice(0, Math.max(at, 0));
  if (user.includes("@") || !isPercentEncoded(user)) {
    return "has a user or password with characters that must be percent-encoded; see encodeURIComponent";
  }
  const hosts = authority.slice(at + 1).split(",");
  return hosts.every((host) => HOST.test(host)) ? undefined : "must name its hosts as host or host:port";
}

/** A client of our own. The driver is loaded only here. */
export async function ownClient(connString: string, options: ClientOptions = {}): Promise<MongoClientLike> {
  const { MongoClient } = await loadDriver();
  try {
    return new MongoClient(connString, { driverInfo: { name: "threadmark" }, ...options });
  } catch (error) {
    // Errors about a URL may contain all of it, including the password: only a message that names an option is kept.
    const { message } = error as Error;
    const [named] = /^options? [\w, ]+ (?:is|are) not supported$/.exec(message) ?? [];
    return refuse(`is refused by the driver${named ? `: ${named}` : ""}`);
  }
}

async function loadDriver(): Promise<{ readonly MongoClient: NewClient }> {
  try {
    return await import("mongodb");
  } catch (error) {
    throw new CheckpointError("NOT_SUPPORTED", "the driver is missing: npm install mongodb", {
      cause: error,
    });
  }
}

function refuse(problem: string): never {
  throw wrongArgument("connString", problem);
}
