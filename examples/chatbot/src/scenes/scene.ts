import type { CheckpointSaver } from "@threadmark/core";
import type { SaverName } from "../choose-saver.ts";
import type { Model } from "../model.ts";
import type { Runtime, RuntimeName } from "../runtime.ts";
import type { Screen } from "../screen.ts";

/** What a scene plays with. */
export interface Stage {
  readonly runtime: Runtime;
  readonly model: Model;
  readonly screen: Screen;
}

/** A scene that keeps its threads where the arguments of the program say. */
export interface StageWithSaver extends Stage {
  readonly saver: CheckpointSaver;
}

/** What another process needs to play on the same stage. */
export interface StageNames {
  readonly runtime: RuntimeName;
  readonly saver: SaverName;
}
