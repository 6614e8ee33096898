/** A server that was started, or one that somebody else runs. */
export interface Started {
  readonly url: string;
  readonly found: string;
  readonly facts?: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** How to get one server. Each way says with an error why it is not possible here. */
export interface Recipe {
  /** As `TEST_REQUIRE` names it: the kind, or with the version behind a colon. */
  readonly name: string;
  readonly kind: string;
  /** Environment variable with the URL of a server that is there already. */
  readonly variable: string;
  /** In Docker. */
  readonly container: (others: ReadonlyMap<string, Started>) => Promise<Started>;
  /** A program on this machine or from a package. */
  readonly program: (others: ReadonlyMap<string, Started>) => Promise<Started>;
  /** Its exact version. */
  readonly version: (url: string) => Promise<string>;
}
