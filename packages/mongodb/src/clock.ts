/** Milliseconds after which the server's clock is looked at again. */
const TRUSTED = 5 * 60_000;

/**
 * The time of the server, whatever the clocks of its clients say. It is asked now and then, and in between
 * this process' own clock measures how much later it is. That needs no `$$NOW`, which not every service has.
 */
export class ServerClock {
  readonly #ask: () => Promise<Date>;
  #ahead = 0;
  #asked = Number.NEGATIVE_INFINITY;

  /** @param ask The server's time. */
  constructor(ask: () => Promise<Date>) {
    this.#ask = ask;
  }

  /** Asks for the time. */
  async set(): Promise<void> {
    const before = Date.now();
    const server = (await this.#ask()).getTime();
    const after = Date.now();
    // On the way back half of the round trip went by.
    this.#ahead = server - (before + after) / 2;
    this.#asked = after;
  }

  now(): Date {
    const own = Date.now();
    if (Math.abs(own - this.#asked) > TRUSTED) {
      this.#asked = own;
      // Not waited for: one call more with the old difference does no harm, and neither does a failure.
      this.set().catch(() => {});
    }
    return new Date(Math.round(own + this.#ahead));
  }
}
