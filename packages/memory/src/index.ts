export { MemorySaver, type MemorySaverOptions } from "./saver.ts";
export { MemoryStorage, type MemoryStorageOptions } from "./storage.ts";
