import { randomUUID } from "node:crypto";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { afterAll, beforeAll } from "vitest";
import type { OpenedSaver, SaverUnderTest } from "./saver-under-test.ts";
import type { LangGraph, LangGraphVersion, Prebuilt } from "./versions.ts";

/** The config of a thread, as an application writes it. */
interface ThreadConfig {
  configurable: { thread_id: string };
}

/** What one test works with: a release of LangGraph.js and a saver that other tests use too. */
export interface Lab {
  readonly version: LangGraphVersion;
  readonly lg: LangGraph;
  readonly prebuilt: Prebuilt;
  readonly saver: BaseCheckpointSaver;
  /** Another process' view on the same data. */
  reopen(): Promise<BaseCheckpointSaver>;
  /** A thread that nothing else uses. */
  thread(): ThreadConfig;
}

/** Tests of one topic by name; a name is a sentence about behaviour. */
type GraphTests = Readonly<Record<string, (lab: Lab) => Promise<void>>>;

export interface Topic {
  readonly title: string;
  readonly tests: GraphTests;
}

/** Opens the saver once for all tests of the current `describe`, which keep apart by thread. */
export function useLab(version: LangGraphVersion, { open }: SaverUnderTest): Lab {
  let opened: OpenedSaver | undefined;
  const current = (): OpenedSaver => {
    if (opened === undefined) throw new Error("the saver is only there while tests run");
    return opened;
  };
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened?.close();
  });
  return {
    version,
    lg: version.langgraph,
    prebuilt: version.prebuilt,
    get saver() {
      return current().saver;
    },
    reopen: () => current().reopen(),
    thread: () => ({ configurable: { thread_id: randomUUID() } }),
  };
}
