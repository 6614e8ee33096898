import { existsSync, statSync } from "node:fs";
import { CommandError } from "../exit-codes.ts";

/** Databases that threads can be in. */
export type Kind = "postgres" | "redis" | "mongodb" | "sqlite" | "folder";

/** Where threads are, and whose saver wrote them. */
export interface Address {
  readonly kind: Kind;
  /** What the driver is given. Holds a password, perhaps: for `shown` only. */
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
 * @param mayBeNew Whether a path may be that of a folder that is not there yet.
 * @throws CommandError for anything else.
 */
export function parseAddress(text: string, mayBeNew = false): Address {
  const official = text.startsWith(OFFICIAL);
  const rest = official ? text.slice(OFFICIAL.length) : text;
  const scheme = /^[a-z][a-z+]*:/.exec(rest)?.[0];
  const kind = scheme === undefined ? undefined : SCHEMES[scheme];
  if (kind === "sqlite") {
    const target = rest.slice("sqlite:".length);
    return { kind, target, official: true, shown: `sqlite:${target}` };
  }
  if (kind) return { kind, target: rest, official, shown: withoutSecrets(rest) };
  if (scheme === undefined && (isFolder(rest) || (mayBeNew && !existsSync(rest)))) {
    return { kind: "folder", target: rest, official: false, shown: rest };
  }
  throw new CommandError(
    scheme === undefined
      ? "there is no such folder; give a PGlite folder or the URL of a database"
      : `threads cannot be in ${scheme}//…; known stores are ${Object.keys(SCHEMES).join(", ")} and folders`,
  );
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** The host and the database of a URL. */
function withoutSecrets(url: string): string {
  const found = /^([a-z+]+:\/\/)(?:.*@)?([^?#]*)/.exec(url);
  return found ? `${found[1]}${found[2]}` : url.slice(0, url.indexOf(":") + 1);
}
