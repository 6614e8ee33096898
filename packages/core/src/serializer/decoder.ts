import { CheckpointError, isCheckpointError } from "../errors.ts";
import { checkBody } from "./body-check.ts";
import { MARK, readBody } from "./body-reader.ts";
import { loadPrototypes, noModules } from "./class-loading.ts";
import type { CustomTypes } from "./custom-types.ts";
import { open } from "./envelope.ts";
import { malformed } from "./malformed.ts";
import { Raiser } from "./raiser.ts";
import { NEEDS } from "./tags.ts";

const MODULES = NEEDS.messages | NEEDS.documents | NEEDS.langgraph;
const ALL_NEEDS = MODULES | NEEDS.numbering;

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
    return readBody(body);
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
