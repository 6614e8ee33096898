import { configOf } from "../ids.ts";
import { movedFrom } from "./moved.ts";
import type { OldSaver } from "./old-saver.ts";
import type { ThreadSource } from "./thread-source.ts";

interface Search {
  search(
    index: string,
    query: string,
    options: object,
  ): Promise<{ total: number; documents: { value: Readonly<Record<string, string | undefined>> }[] }>;
  aggregate(
    index: string,
    query: string,
    options: object,
  ): Promise<{ results: Readonly<Record<string, unknown>>[] }>;
}

const INDEX = "checkpoints";
const PAGE = 500;
/** How the saver stores the root namespace. */
const ROOT = "__empty__";
/** The saver refuses ids with these, so it cannot have a thread with such a name. */
const FORBIDDEN = /[*?[\]\\]/;

/**
 * LangGraph.js's `RedisSaver` and `ShallowRedisSaver`: a `client` of the package `redis` with RediSearch's commands.
 * Their `list` stops after ten unless it is given a limit, and loads all state, so the ids come from the index.
 */
export function redisSource(saver: OldSaver): ThreadSource | undefined {
  const { client } = saver as { client?: { ft?: Search } };
  const search = client?.ft;
  if (typeof search?.search !== "function" || typeof search.aggregate !== "function") return undefined;
  const find = (threadId: string, from: number, size: number) =>
    search.search(INDEX, `@thread_id:{${escapeTag(threadId)}}`, {
      LIMIT: { from, size },
      SORTBY: { BY: "checkpoint_ts", DIRECTION: "DESC" },
      RETURN: ["checkpoint_ns", "checkpoint_id"],
    });
  return {
    async *threadIds() {
      const steps = [{ type: "GROUPBY", properties: "@thread_id", REDUCE: { type: "COUNT", AS: "n" } }];
      for (let from = 0; ; from += PAGE) {
        const { results } = await search.aggregate(INDEX, "*", {
          STEPS: [...steps, { type: "SORTBY", BY: "@thread_id" }, { type: "LIMIT", from, size: PAGE }],
        });
        for (const { thread_id: id } of results) if (typeof id === "string") yield id;
        if (results.length < PAGE) return;
      }
    },
    async has(threadId) {
      return isPossible(threadId) && (await find(threadId, 0, 1)).documents.length > 0;
    },
    async *checkpoints(threadId) {
      if (!isPossible(threadId)) return;
      // Reads all ids first: reading threads can change the times by which the index sorts.
      const places: [namespace: string, id: string][] = [];
      for (let from = 0; ; from += PAGE) {
        const { documents } = await find(threadId, from, PAGE);
        for (const { value } of documents) {
          const namespace = value["checkpoint_ns"] ?? ROOT;
          places.push([namespace === ROOT ? "" : namespace, value["checkpoint_id"]!]);
        }
        if (documents.length < PAGE) break;
      }
      for (const [namespace, id] of places) {
        const tuple = await saver.getTuple(configOf(threadId, namespace, id));
        if (tuple) yield movedFrom(tuple);
      }
    },
  };
}

function isPossible(threadId: string): boolean {
  return threadId !== "" && !FORBIDDEN.test(threadId);
}

/** Everything that is neither a letter, a digit nor `_` is escaped in a tag. */
function escapeTag(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}_]/gu, (character) => `\\${character}`);
}
