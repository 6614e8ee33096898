import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";

/** Fresh data, and the first saver on it. */
export interface OpenedSaver {
  readonly saver: BaseCheckpointSaver;
  /** What another process sees: a new saver on the same data that has kept nothing in memory. */
  reopen(): Promise<BaseCheckpointSaver>;
  /** Closes every saver that was opened and removes the data. */
  close(): Promise<void>;
}

export interface SaverUnderTest {
  readonly name: string;
  /** Ready to use: where the storage needs a setup, it was done. */
  open(): Promise<OpenedSaver>;
}
