import type { RunnableConfig } from "@langchain/core/runnables";
import {
  BaseCheckpointSaver,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  type PendingWrite,
} from "@langchain/langgraph-checkpoint";
import type { Redis } from "ioredis";

/**
 * What one would write by hand: a key with the whole checkpoint, one with its writes, and a sorted set of
 * ids. It knows only what the scenarios need, and is no saver to use.
 */
export class KeyPerCheckpoint extends BaseCheckpointSaver {
  readonly #client: Redis;
  readonly #prefix: string;

  constructor(client: Redis, prefix: string) {
    super();
    this.#client = client;
    this.#prefix = prefix;
  }

  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
  ): Promise<RunnableConfig> {
    const thread = threadOf(config);
    const { id } = checkpoint;
    const stored = { configurable: { thread_id: thread, checkpoint_ns: "", checkpoint_id: id } };
    const parentConfig = idOf(config) === undefined ? undefined : config;
    const tuple = { config: stored, checkpoint, metadata, parent: parentConfig && idOf(parentConfig) };
    await this.#client
      .multi()
      .set(this.#key(thread, id), await this.#encode(tuple))
      .zadd(this.#key(thread), 0, id)
      .exec();
    return stored;
  }

  override async putWrites(config: RunnableConfig, writes: PendingWrite[], taskId: string): Promise<void> {
    const fields = await Promise.all(
      writes.map(async ([channel, value], i) => [
        `${taskId}:${i}`,
        await this.#encode([taskId, channel, value]),
      ]),
    );
    await this.#client.hset(this.#key(threadOf(config), idOf(config)!, "writes"), ...fields.flat());
  }

  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const thread = threadOf(config);
    const newest = () => this.#client.zrange(this.#key(thread), "+", "-", "BYLEX", "REV", "LIMIT", 0, 1);
    const id = idOf(config) ?? (await newest())[0];
    return id === undefined ? undefined : this.#read(thread, id);
  }

  override async *list(
    config: RunnableConfig,
    { filter = {} }: CheckpointListOptions = {},
  ): AsyncGenerator<CheckpointTuple> {
    const thread = threadOf(config);
    for (const id of await this.#client.zrange(this.#key(thread), "+", "-", "BYLEX", "REV")) {
      const tuple = await this.#read(thread, id);
      const metadata = tuple?.metadata as Record<string, unknown> | undefined;
      if (tuple && Object.entries(filter).every(([key, value]) => metadata?.[key] === value)) yield tuple;
    }
  }

  override async deleteThread(): Promise<void> {
    throw new Error("no scenario deletes a thread");
  }

  async #read(thread: string, id: string): Promise<CheckpointTuple | undefined> {
    const [stored, writes] = await Promise.all([
      this.#client.getBuffer(this.#key(thread, id)),
      this.#client.hvalsBuffer(this.#key(thread, id, "writes")),
    ]);
    if (!stored) return undefined;
    const pendingWrites = await Promise.all(writes.map((write) => this.#decode(write)));
    return { ...((await this.#decode(stored)) as CheckpointTuple), pendingWrites: pendingWrites as never };
  }

  #key(...parts: readonly string[]): string {
    return [this.#prefix, ...parts].join(":");
  }

  async #encode(value: unknown): Promise<Buffer> {
    return Buffer.from((await this.serde.dumpsTyped(value))[1]);
  }

  #decode(stored: Buffer): Promise<unknown> {
    return this.serde.loadsTyped("json", stored);
  }
}

function threadOf({ configurable }: RunnableConfig): string {
  return configurable!["thread_id"] as string;
}

function idOf({ configurable }: RunnableConfig): string | undefined {
  return configurable!["checkpoint_id"] as string | undefined;
}
