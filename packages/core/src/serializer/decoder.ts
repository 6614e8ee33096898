import { CheckpointError, isCheckpointError } from "../errors.ts";
import { type Soon, chain } from "../soon.ts";
import { MARK, readBody } from "./body-reader.ts";
import { loadedPrototypes, loadPrototypes } from "./types/class-loading.ts";
import type { CustomTypes } from "./custom-types.ts";
import { open } from "./envelope.ts";
import { malformed } from "./malformed.ts";
import { Reviver } from "./reviver.ts";
import { NEEDS } from "./tags.ts";

const ALL_NEEDS = NEEDS.messages | NEEDS.documents | NEEDS.langgraph | NEEDS.numbering;

/**
 * Decodes one value. It returns a promise only if classes have to be imported.
 *
 * @throws CheckpointError `CORRUPT` or `UNSUPPORTED_FORMAT`
 */
export function decode(bytes: Uint8Array, types: CustomTypes): Soon<unknown> {
  const { body, tagged } = open(bytes);
  return decodeBody(body, tagged, types);
}

/** Decodes a value without its header. */
export function decodeBody(body: Uint8Array, tagged: boolean, types: CustomTypes): Soon<unknown> {
  const end = tagged ? body.length - 1 : body.length;
  const tree = orCorrupt(() => readBody(body, end, tagged));
  if (!tagged) return tree;
  const needs = body[end]!;
  if ((needs | ALL_NEEDS) !== ALL_NEEDS) orCorrupt(() => malformed("it asks for something unknown"));
  return chain(loadedPrototypes(needs) ?? loadPrototypes(needs), (prototypes) =>
    orCorrupt(() => new Reviver(types, prototypes, needs, MARK).value(tree)),
  );
}

function orCorrupt<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isCheckpointError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : "unknown error";
    throw new CheckpointError("CORRUPT", `stored value cannot be read: ${reason}`, { cause });
  }
}
