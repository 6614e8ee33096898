export { MemoryStorage, type MemoryStorageOptions } from "@threadmark/core/memory";
export { MemorySaver, type MemorySaverOptions } from "./saver.ts";
