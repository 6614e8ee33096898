import { describe, it } from "vitest";
import { useLab, type Topic } from "./lab.ts";
import type { SaverUnderTest } from "./saver-under-test.ts";
import { agents } from "./topics/agent.ts";
import { checkpointCount } from "./topics/checkpoint-count.ts";
import { commands } from "./topics/commands.ts";
import { concurrency } from "./topics/concurrency.ts";
import { crash } from "./topics/crash.ts";
import { deltaChannel } from "./topics/delta-channel.ts";
import { durability } from "./topics/durability.ts";
import { forkOfWorkflow } from "./topics/fork-functional.ts";
import { forkOfStateGraph } from "./topics/fork-state-graph.ts";
import { functional } from "./topics/functional.ts";
import { history } from "./topics/history.ts";
import { interrupts } from "./topics/interrupts.ts";
import { subgraphTimeTravel } from "./topics/subgraph-time-travel.ts";
import { subgraphs } from "./topics/subgraphs.ts";
import { updateState } from "./topics/update-state.ts";
import { values } from "./topics/values.ts";
import { versions, type LangGraphVersion } from "./versions.ts";

const topics: readonly Topic[] = [
  forkOfStateGraph,
  forkOfWorkflow,
  updateState,
  interrupts,
  crash,
  subgraphs,
  subgraphTimeTravel,
  history,
  durability,
  deltaChannel,
  functional,
  commands,
  values,
  concurrency,
  agents,
  checkpointCount,
];

/** Milliseconds. Far above what any test takes on a busy machine with a database on it. */
const HANGS_AFTER = 300_000;

/**
 * Registers the tests that run real LangGraph.js graphs on a saver.
 *
 * @param releases of LangGraph.js to run them with. @default the newest, and one with the older checkpoint contract
 */
export function langGraphSuite(
  saver: SaverUnderTest,
  releases: readonly LangGraphVersion[] = versions,
): void {
  for (const version of releases) {
    describe(`${saver.name} under LangGraph.js ${version.version}`, { timeout: HANGS_AFTER }, () => {
      for (const { title, tests } of topics) {
        describe(title, () => {
          const lab = useLab(version, saver);
          for (const [name, run] of Object.entries(tests)) it(name, () => run(lab));
        });
      }
    });
  }
}
