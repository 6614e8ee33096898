import type { RunnableConfig } from "@langchain/core/runnables";
import { BaseCheckpointSaver, type Checkpoint, type CheckpointTuple } from "@langchain/langgraph-checkpoint";

/** The least that a put can do: it stores the text of one channel under the id of the checkpoint. */
export class OnlyPut extends BaseCheckpointSaver {
  readonly #store: (id: string, bytes: Buffer) => Promise<void>;

  constructor(store: (id: string, bytes: Buffer) => Promise<void>) {
    super();
    this.#store = store;
  }

  override async put({ configurable }: RunnableConfig, checkpoint: Checkpoint): Promise<RunnableConfig> {
    const text = checkpoint.channel_values["text"] as string;
    await this.#store(checkpoint.id, Buffer.from(text));
    return { configurable: { ...configurable, checkpoint_id: checkpoint.id } };
  }

  override getTuple(): Promise<CheckpointTuple | undefined> {
    return refuse();
  }

  override list(): AsyncGenerator<CheckpointTuple> {
    throw new Error("this only puts");
  }

  override putWrites(): Promise<void> {
    return refuse();
  }

  override deleteThread(): Promise<void> {
    return refuse();
  }
}

function refuse(): Promise<never> {
  return Promise.reject(new Error("this only puts"));
}
