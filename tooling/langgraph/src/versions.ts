import * as current from "@langchain/langgraph";
import currentPackage from "@langchain/langgraph/package.json" with { type: "json" };
import * as currentPrebuilt from "@langchain/langgraph/prebuilt";
import * as older from "langgraph-1-4";
import olderPackage from "langgraph-1-4/package.json" with { type: "json" };
import * as olderPrebuilt from "langgraph-1-4/prebuilt";

export type LangGraph = typeof current;
export type Prebuilt = typeof currentPrebuilt;

/** One release of LangGraph.js, with what it does differently as far as tests can see it. */
export interface LangGraphVersion {
  readonly version: string;
  readonly langgraph: LangGraph;
  readonly prebuilt: Prebuilt;
  /** `Command({ resume })` takes 0, "" and false as answers. */
  readonly takesFalsyAnswers: boolean;
  /** In exit mode, a delta channel is written in an order in which it can be replayed. */
  readonly keepsOrderInExitMode: boolean;
}

/** The newest release, and one with the older checkpoint contract. */
export const versions: readonly LangGraphVersion[] = [
  {
    version: currentPackage.version,
    langgraph: current,
    prebuilt: currentPrebuilt,
    takesFalsyAnswers: true,
    keepsOrderInExitMode: true,
  },
  {
    version: olderPackage.version,
    // Classes with private members are never assignable across two copies, whatever they have in common.
    langgraph: older as unknown as LangGraph,
    prebuilt: olderPrebuilt as unknown as Prebuilt,
    takesFalsyAnswers: false,
    keepsOrderInExitMode: false,
  },
];

/** For savers whose database differs from that of another saver, which the older release has run on. */
export const newestOnly: readonly LangGraphVersion[] = versions.slice(0, 1);
