import { checkOptions, type OptionNames } from "@threadmark/core/storage";
import type { Capability } from "./clause.ts";
import type { Level } from "./levels.ts";
import type { OpenStore } from "./saver.ts";

/** How large the large clauses are. */
export interface Sizes {
  /** Checkpoints in one listing without a limit. @default 5200 */
  readonly listing: number;
  /** Checkpoints that are paged through. @default 200 */
  readonly paging: number;
  /** Turns of one growing conversation. @default 200 */
  readonly turns: number;
  /** Ancestors of one delta walk. @default 300 */
  readonly ancestors: number;
  /** Calls made at once. @default 50 */
  readonly atOnce: number;
  /** Repetitions of a race; 24 has every order of four calls. @default 24 */
  readonly races: number;
  /** Bytes of one large value. @default 1048576 */
  readonly largeValue: number;
  /** Levels of one deeply nested value. @default 20000 */
  readonly depth: number;
  /** Milliseconds to wait for what must happen in time, such as expiry. @default 10000 */
  readonly patience: number;
}

export const defaultSizes: Sizes = {
  listing: 5200,
  paging: 200,
  turns: 200,
  ancestors: 300,
  atOnce: 50,
  races: 24,
  largeValue: 1_048_576,
  depth: 20_000,
  patience: 10_000,
};

/** What both ways of running the suite take. */
export interface SuiteOptions {
  /** Name of the saver, for titles and reports. */
  readonly name: string;
  readonly open: OpenStore;
  /**
   * One store for all clauses that can share one, instead of a store for each. It saves time if
   * opening is expensive; a clause that damages the store can then make others fail.
   * @default false
   */
  readonly share?: boolean;
  /** Ids of clauses, or of groups such as `"fork"`, to run. @default all */
  readonly only?: readonly string[];
  /** Ids of clauses or groups to leave out. @default none */
  readonly skip?: readonly string[];
  /** Levels to run. @default all */
  readonly levels?: readonly Level[];
  /**
   * What the saver or its harness does not have. Clauses that need it are not run and count as not applicable.
   * Jest and Bun cannot skip a running test, and fail such a clause unless it is listed here.
   * @default none
   */
  readonly without?: readonly Capability[];
  /**
   * Ids of clauses that are known to fail. They do not count as failed as long as they fail; one that passes does,
   * so that the list is kept short.
   * @default none
   */
  readonly knownFailures?: readonly string[];
  /** A clause that does not apply counts as failed: for savers that should have everything. @default false */
  readonly everything?: boolean;
  /** Seed of everything random. @default a fixed number */
  readonly seed?: number;
  /** Random sequences that are compared with the reference model. @default 40 */
  readonly sequences?: number;
  /** Prefix of all thread ids of this run. @default a random one */
  readonly run?: string;
  /** Milliseconds that one clause may take before it counts as hanging. @default 300000 */
  readonly timeout?: number;
  readonly sizes?: Partial<Sizes>;
}

/** {@link SuiteOptions} with everything decided. */
export interface SuiteSettings {
  readonly name: string;
  readonly open: OpenStore;
  readonly share: boolean;
  readonly without: readonly Capability[];
  readonly knownFailures: readonly string[];
  readonly everything: boolean;
  readonly seed: number;
  readonly sequences: number;
  readonly run: string;
  readonly timeout: number;
  readonly sizes: Sizes;
}

/** The seed of a run that names none. */
export const defaultSeed = 20_261;

const SUITE_OPTIONS: OptionNames<SuiteOptions> = {
  name: true,
  open: true,
  share: true,
  only: true,
  skip: true,
  levels: true,
  without: true,
  knownFailures: true,
  everything: true,
  seed: true,
  sequences: true,
  run: true,
  timeout: true,
  sizes: true,
};
const SIZES = Object.fromEntries(Object.keys(defaultSizes).map((name) => [name, true])) as OptionNames<Sizes>;

/** @param own The names of options that only this way of running the suite takes. */
export function settle<T extends SuiteOptions>(
  options: T,
  own: OptionNames<Omit<T, keyof SuiteOptions>>,
): SuiteSettings {
  checkOptions(options, "the suite", { ...SUITE_OPTIONS, ...own } as OptionNames<T>);
  checkOptions<Partial<Sizes>>(options.sizes, "sizes", SIZES);
  return {
    name: options.name,
    open: options.open,
    share: options.share ?? false,
    without: options.without ?? [],
    knownFailures: options.knownFailures ?? [],
    everything: options.everything ?? false,
    seed: options.seed ?? defaultSeed,
    sequences: options.sequences ?? 40,
    run: options.run ?? randomRun(),
    timeout: options.timeout ?? 300_000,
    sizes: { ...defaultSizes, ...options.sizes },
  };
}

function randomRun(): string {
  const random = Math.floor(Math.random() * 36 ** 6);
  return `${Date.now().toString(36)}${random.toString(36).padStart(6, "0")}`;
}
