import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CommandError } from "../exit-codes.ts";

/** Databases that threads can be in. */
export type Kind = "postgres" | "redis" | "mongodb" | "sqlite" | "folder";

/** Where threads are, and whose saver wrote them. */
export interface Address {
  readonly kind: Kind;
  /** What the driver gets. It may contain a password, so messages use `shown`. */
  readonly target: string;
  /** LangGraph.js's own tables or collections. */
  readonly official: boolean;
  /** For messages: without user, password and parameters. */
  readonly shown: string;
}

const SCHEMES: Readonly<Record<string, Kind>> = {
  "postgres:": "postgres",
  "postgresql:": "postgres",
  "redis:": "redis",
  "rediss:": "redis",
  "mongodb:": "mongodb",
  "mongodb+srv:": "mongodb",
  "sqlite:": "sqlite",
};

const OFFICIAL = "langgraph+";

/**
 * Reads an address: a URL, `langgraph+` before it for what LangGraph.js's own savers wrote, `sqlite:file`, or a folder
 * of PGlite.
 *
 * @param mayBeNew Whether a path may be that of a folder that does not exist yet.
 * @throws CommandError for anything else.
 */
export function parseAddress(text: string, mayBeNew = false): Address {
  const official = text.startsWith(OFFICIAL);
  const rest = official ? text.slice(OFFICIAL.length) : text;
  const scheme = /^[a-z][a-z+]*:/.exec(rest)?.[0];
  const kind = scheme === undefined ? undefined : SCHEMES[scheme];
  if (kind === "sqlite") return sqliteAddress(rest, mayBeNew);
  if (kind) return { kind, target: rest, official, shown: withoutSecrets(rest) };
  if (scheme !== undefined) {
    throw new CommandError(
      `threads cannot be kept in ${scheme}//…; the known stores are ${Object.keys(SCHEMES).join(", ")} and folders`,
    );
  }
  if (official)
    throw new CommandError("LangGraph.js's own savers keep no folders; add a URL after langgraph+");
  return folderAddress(rest, mayBeNew);
}

function sqliteAddress(text: string, mayBeNew: boolean): Address {
  const target = text.slice("sqlite:".length).replace(/^\/\/(?=\/|\.)/, "");
  // The driver would create an empty database for a mistyped name.
  if (target === "") throw new CommandError("sqlite: needs a file, such as sqlite:./threads.sqlite");
  const exists = existsSync(target);
  if (!mayBeNew && !exists) throw new CommandError(`there is no file ${target}`);
  if (exists && !statSync(target).isFile()) throw new CommandError(`${target} is not a file`);
  return { kind: "sqlite", target, official: true, shown: `sqlite:${target}` };
}

function folderAddress(path: string, mayBeNew: boolean): Address {
  const address: Address = { kind: "folder", target: path, official: false, shown: path };
  if (!existsSync(path)) {
    if (mayBeNew) return address;
    throw new CommandError(
      `there is no folder ${path}; give a PGlite folder or the URL of a database, such as postgres://localhost/app`,
    );
  }
  if (existsSync(join(path, "pglite"))) return address;
  const isEmpty = statSync(path).isDirectory() && readdirSync(path).length === 0;
  // PGlite would create a new database in any folder.
  if (mayBeNew && isEmpty) return address;
  throw new CommandError(`${path} is not a PGlite folder`);
}

/** What two addresses of one store have in common, however a path is written. */
export function placeOf({ kind, target }: Address): string {
  if (kind !== "folder" && kind !== "sqlite") return target;
  return existsSync(target) ? realpathSync(target) : resolve(target);
}

/** The host and the database of a URL. */
function withoutSecrets(url: string): string {
  const found = /^([a-z+]+:\/\/)(?:.*@)?([^?#]*)/.exec(url);
  return found ? `${found[1]}${found[2]}` : url.slice(0, url.indexOf(":") + 1);
}
