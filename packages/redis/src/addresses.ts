import { isPercentEncoded, wrongArgument } from "@threadmark/core/storage";

/** Where a node of a cluster is. */
export type ClusterNode =
  | string
  | { readonly url: string }
  | { readonly host: string; readonly port: number };

const SCHEMES = new Set(["redis:", "rediss:"]);

/** Refuses anything that is not a Redis URL. The URL never becomes part of the message: it may contain a password. */
export function checkUrl(url: unknown, field: string): void {
  if (url === undefined || url === null || url === "") {
    throw wrongArgument(
      field,
      "is missing; give a URL such as redis://localhost:6379. Is the environment variable set?",
    );
  }
  if (typeof url !== "string") throw wrongArgument(field, "must be a string such as redis://localhost:6379");
  if (!URL.canParse(url)) throw wrongArgument(field, "is not a URL; give one such as redis://localhost:6379");
  const { protocol, pathname, username, password } = new URL(url);
  if (!SCHEMES.has(protocol)) throw wrongArgument(field, "must begin with redis:// or rediss://");
  if (!isPercentEncoded(username) || !isPercentEncoded(password)) {
    throw wrongArgument(
      field,
      "has a user or password with a % that must be percent-encoded; see encodeURIComponent",
    );
  }
  // The server would refuse another path, but the error would go unseen, and the client would keep using database 0.
  if (!/^\/?\d*$/.test(pathname))
    throw wrongArgument(field, "must have the number of a database as its path, or none");
}

/** Refuses anything that is not a list of cluster nodes. */
export function checkNodes(nodes: unknown): void {
  if (!Array.isArray(nodes) || nodes.length === 0) {
    throw wrongArgument("nodes", "must be an array of at least one URL, { url } or { host, port }");
  }
  for (const [i, node] of nodes.entries()) checkNode(node, `nodes[${i}]`);
}

function checkNode(node: unknown, field: string): void {
  if (typeof node !== "object" || node === null) return checkUrl(node, field);
  const { url, host, port } = node as Record<string, unknown>;
  if ("url" in node) return checkUrl(url, `${field}.url`);
  if (typeof host !== "string" || host === "")
    throw wrongArgument(`${field}.host`, "must be the name of a host");
  if (!Number.isInteger(port)) throw wrongArgument(`${field}.port`, "must be a whole number");
}
