type Document = Record<string, unknown>;

/** The commands that LangGraph.js's `RedisSaver` sends, and those by which its threads are found. */
export function redisStub(): object {
  const documents = new Map<string, Document>();
  const sets = new Map<string, Map<string, number>>();
  const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
  const matching = (pattern: string, names: Iterable<string>) => {
    const expression = new RegExp(`^${pattern.split("*").map(escape).join(".*")}$`);
    return [...names].filter((name) => expression.test(name));
  };
  const indexed = () =>
    [...documents].filter(([name]) => name.startsWith("checkpoint:")).map(([, value]) => value);
  return {
    json: {
      get: async (key: string) => (documents.has(key) ? copy(documents.get(key)) : null),
      async set(key: string, path: string, value: unknown) {
        if (path === "$") documents.set(key, copy(value) as Document);
        else documents.get(key)![path.slice(2)] = copy(value);
      },
    },
    keys: async (pattern: string) => matching(pattern, [...documents.keys(), ...sets.keys()]),
    exists: async (key: string) => Number(documents.has(key) || sets.has(key)),
    async del(keys: string | string[]) {
      for (const key of [keys].flat()) {
        documents.delete(key);
        sets.delete(key);
      }
    },
    async zAdd(key: string, members: { score: number; value: string }[] | { score: number; value: string }) {
      const set = sets.get(key) ?? new Map<string, number>();
      for (const { score, value } of [members].flat()) set.set(value, score);
      sets.set(key, set);
    },
    async zRange(key: string) {
      return [...(sets.get(key) ?? [])].toSorted(([, a], [, b]) => a - b).map(([value]) => value);
    },
    expire: async () => 1,
    ft: {
      create: async () => "OK",
      async search(_: string, query: string, { LIMIT }: { LIMIT: { from: number; size: number } }) {
        const found = indexed()
          .filter((value) => passes(value, query))
          .toSorted((a, b) => Number(b["checkpoint_ts"]) - Number(a["checkpoint_ts"]));
        const page = found.slice(LIMIT.from, LIMIT.from + LIMIT.size);
        return { total: found.length, documents: page.map((value) => ({ value: copy(value) })) };
      },
      async aggregate(
        _: string,
        __: string,
        { STEPS }: { STEPS: { type: string; from?: number; size?: number }[] },
      ) {
        const { from = 0, size = 10 } = STEPS.find(({ type }) => type === "LIMIT") ?? {};
        const ids = [...new Set(indexed().map((value) => value["thread_id"] as string))].toSorted();
        return { results: ids.slice(from, from + size).map((id) => ({ thread_id: id, n: "1" })) };
      },
    },
  };
}

function escape(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");
}

/** `@field:{escaped text}` only, as many as there are. */
function passes(value: Document, query: string): boolean {
  const terms = [...query.matchAll(/@(\w+):\{((?:\\.|[^}])*)\}/gu)];
  return terms.every(([, field, text]) => value[field!] === text!.replaceAll(/\\(.)/gu, "$1"));
}
