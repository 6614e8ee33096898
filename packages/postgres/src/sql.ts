import type { Param, Statement } from "./pg.ts";
import type { Tables } from "./schema.ts";
import { literalOf } from "./script.ts";

/**
 * Every parameter that a statement can have, with its type in SQL. A name means the same wherever it is used. JSON
 * is sent as text, since drivers treat values of `jsonb` differently.
 */
const PARAMETERS = {
  thread: "text",
  threads: "text[]",
  namespace: "text",
  id: "text",
  parent: "text",
  parentSeal: "bigint",
  run: "text",
  header: "bytea",
  seal: "bigint",
  metadata: "bytea",
  tokens: "text::jsonb",
  refs: "bytea",
  keepParent: "boolean",
  task: "text",
  writes: "text::jsonb",
  epoch: "text",
  newEpoch: "text",
  relies: "bytea[]",
  /** The only id in `relies`. */
  relied: "bytea",
  /** In milliseconds, like all times. */
  ttl: "bigint",
  threadTtl: "bigint",
  entries: "text::jsonb",
  removedKeys: "text[]",
  claim: "text",
  epochs: "text[]",
  /** Ids of a thread, in one string. */
  reliedOn: "bytea[]",
  ttls: "text[]",
  entriesOfThreads: "text[]",
  checkpoints: "text::jsonb",
  blobThreads: "text[]",
  blobIds: "bytea[]",
  blobBytes: "bytea[]",
  have: "bytea",
  namespaces: "text[]",
  /** For each thread, ids in one string. */
  haveOfThreads: "bytea[]",
  limit: "int",
  before: "text",
  afterId: "text",
  afterThread: "text",
  afterNamespace: "text",
  afterUpdated: "bigint",
  wantedTokens: "text::jsonb",
  absentKeys: "text[]",
  channels: "text[]",
  runs: "text[]",
  going: "text::jsonb",
  relinked: "text::jsonb",
  /** An epoch known only to one script. */
  mark: "text",
  from: "text",
  to: "text",
  sealShift: "bigint",
  schema: "text",
  tableNames: "text[]",
  /** Of a thread. */
  number: "bigint",
} as const;

type Name = keyof typeof PARAMETERS;

/** Values of the parameters that a text names; others are left out. */
export type Values = Readonly<Partial<Record<Name, Param | undefined>>>;

/** A text, parsed once for the tables of a schema. */
interface Compiled {
  /** With `$1`, `$2`, … */
  readonly text: string;
  readonly names: readonly Name[];
  /** The text before, between and after the parameters, and the parameters. */
  readonly pieces: readonly string[];
  readonly order: readonly Name[];
}

const compiled = new WeakMap<Tables, Map<string, Compiled>>();

/**
 * A statement from a text in which `:name` is a parameter and `{name}` a table. Texts are compiled once. As the
 * result is always the same string, it is also hashed only once when the name of a prepared statement is looked up.
 *
 * @param frequent Whether it is sent often, and one plan suits all its parameters.
 */
export function statement(tables: Tables, sql: string, values: Values, frequent = false): Statement {
  const known = compiled.get(tables) ?? new Map<string, Compiled>();
  compiled.set(tables, known);
  const { text, names, pieces, order } = known.get(sql) ?? compile(tables, sql);
  if (!known.has(sql)) known.set(sql, { text, names, pieces, order });
  return {
    text,
    params: names.map((name) => valueOf(values, name)),
    frequent,
    inlined: () =>
      pieces
        .map((piece, i) => (i === 0 ? piece : literalOf(valueOf(values, order[i - 1]!)) + piece))
        .join(""),
  };
}

/** What is inserted is not scanned again: the name of a schema may contain anything. */
function compile(tables: Tables, sql: string): Compiled {
  const names: Name[] = [];
  const order: Name[] = [];
  const pieces = [""];
  const add = (text: string): void => void pieces.push(pieces.pop()! + text);
  for (const [all, table, name] of sql.matchAll(/\{(\w+)\}|(?<!:):([a-z]\w*)|[^{:]+|[{:]/gi)) {
    if (table !== undefined) add(tables[table as keyof Tables]);
    else if (name !== undefined) {
      const parameter = name as Name;
      if (!names.includes(parameter)) names.push(parameter);
      order.push(parameter);
      pieces.push(`::${PARAMETERS[parameter]}`);
    } else add(all);
  }
  const numbered = pieces.map((piece, i) =>
    i === 0 ? piece : `$${names.indexOf(order[i - 1]!) + 1}${piece}`,
  );
  return { text: numbered.join(""), names, pieces, order };
}

/**
 * Assembles each variant of a text only once: assembling takes longer than the rest of a call, and so does hashing a
 * long text, which happens once per string.
 */
export function variants<R>(
  keyOf: (request: R) => string,
  build: (request: R) => string,
): (request: R) => string {
  const texts = new Map<string, string>();
  return (request) => {
    const key = keyOf(request);
    const known = texts.get(key);
    if (known !== undefined) return known;
    const text = build(request);
    texts.set(key, text);
    return text;
  };
}

function valueOf(values: Values, name: Name): Param {
  const value = values[name];
  if (value === undefined) throw new TypeError(`the parameter ${name} has no value`);
  return value;
}
