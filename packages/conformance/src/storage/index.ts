/**
 * The suite for storages: one clause per rule of the storage port, `@threadmark/core/storage`, for any test runner.
 */

export type { StorageClause, StorageContext } from "./clause.ts";
export { storageClauses } from "./clauses.ts";
export type { OpenStorage, OpenedStorage, StorageSuiteOptions } from "./options.ts";
export { storageConformance, verifyStorage } from "./storage-conformance.ts";
export type { StorageConformanceOptions, VerifyStorageOptions } from "./storage-conformance.ts";
