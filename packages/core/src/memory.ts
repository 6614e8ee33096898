/** The reference implementation of the storage port, for tests and for savers without a database. */
export { MemoryStorage, type MemoryStorageOptions } from "./memory/storage.ts";
