/** For authors of storages: the port, and the rules that all storages share. */
export { childrenOf } from "./blobs/tree.ts";
export { compareText } from "./codec/text.ts";
export { CheckpointError, isCheckpointError } from "./errors.ts";
export { comparePositions } from "./storage/order.ts";
export type * from "./storage/port.ts";
