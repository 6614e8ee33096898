import { CheckpointError, isCheckpointError } from "../errors.ts";
import { type Soon, chain } from "../soon.ts";
import { readBody } from "./body-reader.ts";
import { loadedPrototypes, loadPrototypes } from "./types/class-loading.ts";
import type { CustomTypes } from "./custom-types.ts";
import { open } from "./envelope.ts";
import { malformed } from "./malformed.ts";
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
  if (!tagged) return orCorrupt(() => readBody(body, body.length, undefined));
  const end = body.length - 1;
  const needs = body[end]!;
  if ((needs | ALL_NEEDS) !== ALL_NEEDS) orCorrupt(() => malformed("it asks for something unknown"));
  const loaded = loadedPrototypes(needs);
  // Whoever owns the bytes may change them in the meantime.
  const kept = loaded ? body : body.slice();
  return chain(loaded ?? loadPrototypes(needs), (prototypes) =>
    orCorrupt(() => readBody(kept, end, { types, prototypes, needs })),
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
