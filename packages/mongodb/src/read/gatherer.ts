import type { BlobId } from "@threadmark/core/storage";
import { isBadType, isTooLarge, isUnsupported } from "../failure.ts";
import type { Session } from "../session.ts";
import { byAggregate, oneByAggregate } from "./by-aggregate.ts";
import { byFind } from "./by-find.ts";
import type { Gathered, GatheredOne } from "./hit.ts";
import type { Selection } from "./selection.ts";

/**
 * Checkpoints with all that belongs to them, except leaves. This is one `aggregate`, or several `find`s if the
 * service does not know one of its stages, or if the answer would be too large for one document.
 */
export class Gatherer {
  readonly #session: Session;
  #aggregates: boolean;

  /** @param aggregates Whether to try it with one command. */
  constructor(session: Session, aggregates: boolean) {
    this.#session = session;
    this.#aggregates = aggregates;
  }

  async gather(selection: Selection, limit: number, have: readonly BlobId[]): Promise<Gathered> {
    return (
      (await this.attempt(() => byAggregate(this.#session, selection, limit, have))) ??
      byFind(this.#session, selection, limit)
    );
  }

  /**
   * The first checkpoint of a thread, at about half the cost of {@link gather}. `undefined` where that is not
   * possible.
   */
  async gatherOne(
    selection: Selection & { readonly thread: string },
    have: readonly BlobId[],
  ): Promise<GatheredOne | undefined> {
    return this.attempt(() => oneByAggregate(this.#session, selection, have));
  }

  /** `undefined` where one command cannot do it. */
  async attempt<T>(aggregate: () => Promise<T>): Promise<T | undefined> {
    if (!this.#aggregates) return undefined;
    try {
      return await aggregate();
    } catch (error) {
      if (isUnsupported(error)) this.#aggregates = false;
      // What is damaged is found, and named, when it is read step by step.
      else if (!isTooLarge(error) && !isBadType(error)) throw error;
      return undefined;
    }
  }
}
