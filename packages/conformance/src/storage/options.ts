import { checkOptions, type CheckpointStorage, type OptionNames } from "@threadmark/core/storage";
import { defaultSeed } from "../options.ts";

/** A storage with its own data. */
export interface OpenedStorage {
  readonly storage: CheckpointStorage;
  /**
   * Removes everything that is stored, between clauses and between random sequences.
   * @default deletes every thread through the port
   */
  clear?(): Promise<void>;
  /** Called after the last clause. */
  close(): Promise<void>;
}

/** Opens a fresh, empty storage. Called once; `setup` is called by the suite. */
export type OpenStorage = () => Promise<OpenedStorage>;

/** What both ways of running the suite for storages take. */
export interface StorageSuiteOptions {
  /** Name of the storage, for titles and reports. */
  readonly name: string;
  readonly open: OpenStorage;
  /** Ids of clauses, or of groups such as `"remove"`, to run. @default all */
  readonly only?: readonly string[];
  /** Ids of clauses or groups to leave out. @default none */
  readonly skip?: readonly string[];
  /** Seed of everything random. @default a fixed number */
  readonly seed?: number;
  /** Random sequences of calls whose answers are compared with those of `MemoryStorage`. @default 40 */
  readonly sequences?: number;
  /** Random programs under which the storage loses its last changes. @default 20 */
  readonly programs?: number;
  /** Milliseconds that one clause may take before it counts as hanging. @default 300000 */
  readonly timeout?: number;
}

/** {@link StorageSuiteOptions} with everything decided. */
export interface StorageSettings {
  readonly name: string;
  readonly open: OpenStorage;
  readonly seed: number;
  readonly sequences: number;
  readonly programs: number;
  readonly timeout: number;
}

const NAMES: OptionNames<StorageSuiteOptions> = {
  name: true,
  open: true,
  only: true,
  skip: true,
  seed: true,
  sequences: true,
  programs: true,
  timeout: true,
};

/** @param own The names of options that only this way of running the suite takes. */
export function settleStorage<T extends StorageSuiteOptions>(
  options: T,
  own: OptionNames<Omit<T, keyof StorageSuiteOptions>>,
): StorageSettings {
  checkOptions(options, "the suite for storages", { ...NAMES, ...own } as OptionNames<T>);
  return {
    name: options.name,
    open: options.open,
    seed: options.seed ?? defaultSeed,
    sequences: options.sequences ?? 40,
    programs: options.programs ?? 20,
    timeout: options.timeout ?? 300_000,
  };
}
