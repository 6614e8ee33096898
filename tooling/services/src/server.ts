/** A server that tests can use. It is handed to the test processes as JSON. */
export interface Server {
  /** What it is, as `TEST_REQUIRE` names it: `"postgres"`, `"pgbouncer"`. */
  readonly kind: string;
  /** Its version, as far as known. */
  readonly version: string;
  readonly url: string;
  /** How it was found, for people. */
  readonly found: string;
  /** Something else to tell the tests. */
  readonly facts: Readonly<Record<string, string>>;
}

/** The name in titles and in the table. */
export function nameOf({ kind, version }: Pick<Server, "kind" | "version">): string {
  return version === "" ? kind : `${kind} ${version}`;
}

const SERVERS = "TEST_SERVERS";
const PRIVATE = "TEST_PRIVATE_SERVERS";

/** Tells the processes that are started from now on. */
export function announce(found: {
  readonly servers: readonly Server[];
  readonly private: readonly string[];
}): void {
  process.env[SERVERS] = JSON.stringify(found.servers);
  process.env[PRIVATE] = found.private.join(",");
}

/** The servers of a kind that this run has, with at least one version each; none when it cannot be had. */
export function servers(kind: string): readonly Server[] {
  const all = JSON.parse(process.env[SERVERS] ?? "[]") as Server[];
  return all.filter((server) => server.kind === kind);
}

/** The first server of a kind. When there is none, a test that wants to connect to it fails and says so. */
export function firstServer(kind: string): Server {
  const lacking = {
    kind,
    version: "",
    found: "",
    facts: {},
    get url(): string {
      throw new Error(`NOT TESTED: there is no ${kind}. The run ends with the reasons.`);
    },
  };
  return servers(kind)[0] ?? lacking;
}

/** Whether tests of this run can start a server of that name for themselves. If not, the run says so in the end. */
export function hasPrivate(name: string): boolean {
  return (process.env[PRIVATE] ?? "").split(",").includes(name);
}
