/** For authors of storages: the port, and the rules that all storages share. */
export { childrenOf } from "./blobs/tree.ts";
export { compareText } from "./codec/text.ts";
export { CheckpointError, isCheckpointError } from "./errors.ts";
export { checkOptions, kindOf, type OptionNames, type UseInstead } from "./options.ts";
export { coreOptionsOf, SAVER_OPTIONS, SAVER_OPTIONS_INSTEAD } from "./saver/engine.ts";
export { comparePositions } from "./storage/order.ts";
export type * from "./storage/port.ts";
