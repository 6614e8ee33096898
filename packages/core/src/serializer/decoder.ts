import { Unpackr } from "msgpackr/unpack";

import { CheckpointError, isCheckpointError } from "../errors.ts";
import { checkBody } from "./body-check.ts";
import { loadPrototypes, noModules } from "./class-loading.ts";
import type { CustomTypes } from "./custom-types.ts";
import { open } from "./envelope.ts";
import { malformed } from "./malformed.ts";
import { Raiser } from "./raiser.ts";
import { NEEDS, TAG_MARK } from "./tags.ts";

const MODULES = NEEDS.messages | NEEDS.documents | NEEDS.langgraph;
const ALL_NEEDS = MODULES | NEEDS.numbering;

/** Byte strings are copied out of the body. */
const unpackr = new Unpackr({ useRecords: true, copyBuffers: true });
const MARK: unknown = unpackr.unpack(new Uint8Array([TAG_MARK]));

/**
 * Decodes one value. It waits for nothing but the import of classes.
 *
 * @throws CheckpointError `CORRUPT` or `UNSUPPORTED_FORMAT`
 */
export async function decode(bytes: Uint8Array, types: CustomTypes): Promise<unknown> {
  const { body, tagged } = open(bytes);
  const end = tagged ? body.length - 1 : body.length;
  const tree = orCorrupt(() => {
    checkBody(body, end, tagged);
    return unpackr.unpack(body, end) as unknown;
  });
  if (!tagged) return tree;
  const needs = body[end]!;
  if ((needs | ALL_NEEDS) !== ALL_NEEDS) orCorrupt(() => malformed("it asks for something unknown"));
  const prototypes = needs & MODULES ? await loadPrototypes(needs) : noModules;
  return orCorrupt(() => new Raiser(types, prototypes, needs, MARK).value(tree));
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
