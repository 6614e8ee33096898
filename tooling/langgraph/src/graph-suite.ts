import { describe, it } from "vitest";
import { useLab, type Topic } from "./lab.ts";
import type { SaverUnderTest } from "./saver-under-test.ts";
import { crash } from "./topics/crash.ts";
import { forkOfWorkflow } from "./topics/fork-functional.ts";
import { forkOfStateGraph } from "./topics/fork-state-graph.ts";
import { interrupts } from "./topics/interrupts.ts";
import { updateState } from "./topics/update-state.ts";
import { versions } from "./versions.ts";

const topics: readonly Topic[] = [
  forkOfStateGraph,
  forkOfWorkflow,
  updateState,
  interrupts,
  crash,
];

/**
 * Registers the tests that run real LangGraph.js graphs on a saver, once for each supported release
 * of LangGraph.js.
 */
export function langGraphSuite(saver: SaverUnderTest): void {
  for (const version of versions) {
    describe(`${saver.name} under LangGraph.js ${version.version}`, () => {
      for (const { title, tests } of topics) {
        describe(title, () => {
          const lab = useLab(version, saver);
          for (const [name, run] of Object.entries(tests)) it(name, () => run(lab));
        });
      }
    });
  }
}
