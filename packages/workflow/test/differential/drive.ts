import { collect, historyOf, questions, thread, type AnyWorkflow, type Runtime } from "../runtimes.ts";
import { normalize, normalizeChunks, normalizeState } from "./normalize.ts";
import type { Turn } from "./program.ts";

const MODES = ["values", "updates", "custom", "tasks", "checkpoints", "debug"];

/** Everything that can be seen of a thread whose turns are run, answered and repeated to their end. */
export async function drive(
  runtime: Runtime,
  workflow: AnyWorkflow,
  turns: readonly Turn[],
): Promise<unknown[]> {
  const config = thread("t");
  const options = { ...config, streamMode: MODES, subgraphs: true };
  const seen: unknown[] = [];
  for (const [turn, program] of turns.entries()) {
    let input: unknown = { ...program, turn };
    for (let round = 0; ; round++) {
      const { chunks, error } = await collect(workflow, input, options);
      const state = await workflow.getState(config);
      const open = state.next.length > 0 || error !== undefined ? await questions(workflow, config) : [];
      const paused = error === undefined && state.tasks.length > 0;
      seen.push({
        turn,
        round,
        chunks: normalizeChunks(chunks),
        error: error === undefined ? null : (error as Error).message,
        state: normalizeState(state),
      });
      if (!paused && error === undefined) break;
      if (round > 40) throw new Error("a turn that does not end");
      const asked = paused ? await questions(workflow, config) : open;
      input = paused ? runtime.resume({ [asked[0]!.id]: `answer ${turn}.${round}` }) : null;
    }
  }
  const history = await historyOf(workflow, config);
  seen.push(history.map(normalizeState));
  // From the first checkpoint once more, as a branch; then what the history is with it.
  const oldest = history.at(-1)!;
  if (
    turns[0]!.steps.every(({ do: kind }) => !["ask", "askInTask", "askingChild", "failing"].includes(kind))
  ) {
    const { chunks, error } = await collect(workflow, null, { ...options, ...(oldest.config as object) });
    seen.push(
      normalizeChunks(chunks),
      normalize(error),
      (await historyOf(workflow, config)).map(normalizeState),
    );
  }
  return seen;
}
