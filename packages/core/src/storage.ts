/** For authors of storages: the port, and the rules that all storages share. */
export { idBytes, idsOf, isNode } from "./blobs/hash.ts";
export { childrenOf } from "./blobs/tree.ts";
export { compareText, utf8Length } from "./codec/text.ts";
export { CheckpointError, isCheckpointError } from "./errors.ts";
export {
  checkOptions,
  isOptionsObject,
  kindOf,
  type OptionNames,
  type UseInstead,
  wrongArgument,
  wrongOption,
} from "./options.ts";
export { isPercentEncoded } from "./percent-encoded.ts";
export { coreOptionsOf, SAVER_OPTIONS, SAVER_OPTIONS_INSTEAD } from "./saver/engine.ts";
export { damaged } from "./storage/damaged.ts";
export { withFallbacks } from "./storage/fallbacks.ts";
export { passesFilter } from "./storage/filter.ts";
export { comparePositions, compareThreads } from "./storage/order.ts";
export { pendingOf } from "./storage/pending.ts";
export type * from "./storage/port.ts";
export { hasUnknownChild } from "./storage/removal.ts";
export { shiftCheckpoint, shiftSeal } from "./storage/shift-seal.ts";
