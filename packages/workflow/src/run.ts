import type { PendingWrite } from "@threadmark/core";
import type { NewCheckpoint, Base } from "./checkpoints.ts";
import { Events } from "./events.ts";
import { bodyIdentity, pathText, type RunIdentity, type TaskIdentity } from "./identity.ts";
import type { Journal } from "./journal.ts";
import { END, PREVIOUS } from "./layout.ts";
import type { Recorder } from "./recorder.ts";
import { runTask } from "./run-task.ts";
import type { Scope } from "./scope.ts";
import type { TaskDefinition } from "./task.ts";
import type { Tree } from "./tree.ts";

/** One run of one workflow, from its input checkpoint on. */
export class Run {
  readonly tree: Tree;
  readonly name: string;
  readonly identity: RunIdentity;
  readonly body: TaskIdentity;
  readonly journal: Journal;
  /** Without a checkpointer nothing is stored. */
  readonly recorder: Recorder | undefined;
  readonly events: Events;
  /** The checkpoint that it writes to, and what the next one is made from. */
  readonly base: Base & { readonly checkpoint: NewCheckpoint["checkpoint"] };
  /** Names of the tasks that were called. */
  readonly called: Set<string> = new Set();

  constructor(
    tree: Tree,
    name: string,
    namespace: string,
    base: Run["base"],
    journal: Journal,
    recorder: Recorder | undefined,
  ) {
    this.tree = tree;
    this.name = name;
    this.base = base;
    this.journal = journal;
    this.recorder = recorder;
    this.identity = { namespace, checkpointId: base.checkpoint.id, step: base.step + 1 };
    this.body = bodyIdentity(this.identity, name);
    this.events = new Events(tree, namespace, () => this.identity.step);
  }

  get previous(): unknown {
    return this.base.checkpoint.channel_values[PREVIOUS];
  }

  /** What the last finished run returned; `null` before there is one. */
  get value(): unknown {
    return this.base.checkpoint.channel_values[END] ?? null;
  }

  callTask(caller: Scope, task: TaskDefinition, args: unknown[], place: number | string): Promise<unknown> {
    return runTask(caller, task, args, place);
  }

  /** Stores what a task did. When that fails, the run ends, whatever the code catches. */
  async store({ id, path }: TaskIdentity, writes: PendingWrite[]): Promise<void> {
    try {
      await this.recorder?.write(this.identity.checkpointId, id, pathText(path), writes);
    } catch (error) {
      this.tree.fail(error);
    }
  }
}
