import type { CheckpointKey, RemoveRequest } from "./port.ts";

/**
 * Whether a removal must be refused: a checkpoint that it does not list has a removed one as parent.
 *
 * @param thread All checkpoints of the thread.
 */
export function hasUnknownChild(
  thread: Iterable<CheckpointKey & { readonly parent: string | undefined }>,
  { checkpoints, relink }: Pick<RemoveRequest, "checkpoints" | "relink">,
): boolean {
  const going = new Set(checkpoints.map(textOf));
  const known = new Set([...checkpoints, ...relink].map(textOf));
  return [...thread].some(
    ({ namespace, id, parent }) =>
      parent !== undefined &&
      going.has(textOf({ namespace, id: parent })) &&
      !known.has(textOf({ namespace, id })),
  );
}

function textOf({ namespace, id }: CheckpointKey): string {
  return JSON.stringify([namespace, id]);
}
