import type { KnownThread } from "../blobs/blob-cache.ts";
import type { CutValue } from "../blobs/cut.ts";
import { childrenOf } from "../blobs/tree.ts";
import type { Blob, BlobId } from "../storage/port.ts";

/** How many nodes of a remembered value are examined: enough for one that was appended to. */
const NODES_MAX = 48;

/**
 * A few blobs that cover everything that the values need and that is not sent. Everything below a stored blob is
 * stored, so the topmost ones are enough; if they are parts of a remembered value, which is stored completely, its root
 * covers all of them. A conversation that has grown relies on the root of its previous state.
 *
 * @param sent What is sent; everything else is known to be stored.
 * @param namespace The namespace whose remembered values are tried first.
 */
export function reliedOn(
  values: ReadonlyMap<BlobId, CutValue>,
  sent: ReadonlyMap<BlobId, Blob>,
  known: KnownThread,
  namespace: string,
): BlobId[] {
  const rest = topmost(values, sent);
  const remembered = [...(known.recent.get(namespace)?.cut.keys() ?? [])];
  const roots = remembered.filter((id) => known.blobs.has(id));
  const chosen = roots.filter((root) => rest.delete(root));
  if (rest.size === 0) return chosen;
  // Roots that were chosen for themselves may cover others, too.
  for (const root of new Set([...chosen, ...roots])) {
    if (takeBelow(root, rest, known) && !chosen.includes(root)) chosen.push(root);
    if (rest.size === 0) break;
  }
  return [...chosen, ...rest];
}

/** The topmost blobs that are not sent. */
function topmost(values: ReadonlyMap<BlobId, CutValue>, sent: ReadonlyMap<BlobId, Blob>): Set<BlobId> {
  const found = new Set<BlobId>();
  const nodes = new Set<Blob>();
  const look = (id: BlobId): void => {
    const blob = sent.get(id);
    if (!blob) found.add(id);
    else if (blob.kind === "node") nodes.add(blob);
  };
  for (const id of values.keys()) look(id);
  // A set that grows while it is walked gives what was added, too.
  for (const node of nodes) for (const id of childrenOf(node)) look(id);
  return found;
}

/** Removes what is below a root, and returns whether there was anything. */
function takeBelow(root: BlobId, rest: Set<BlobId>, { blobs }: KnownThread): boolean {
  const before = rest.size;
  const open = [root];
  for (let i = 0; i < open.length && i < NODES_MAX && rest.size > 0; i++) {
    const blob = blobs.get(open[i]!);
    for (const child of blob ? childrenOf(blob) : []) {
      rest.delete(child);
      open.push(child);
    }
  }
  return rest.size < before;
}
