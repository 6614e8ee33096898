import { CheckpointSaver, type CheckpointSaverOptions } from "@threadmark/core";
import { SqliteStorage } from "./storage.ts";

export { SqliteStorage };

/**
 * A checkpointer for LangGraph.js in one file.
 *
 * @example
 * const saver = new SqliteSaver("threads.sqlite");
 * await saver.setup();
 */
export class SqliteSaver extends CheckpointSaver {
  constructor(file: string, options?: CheckpointSaverOptions) {
    super(new SqliteStorage(file), options);
  }
}
