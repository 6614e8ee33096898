/** What is known of a checkpoint: its parent, and the tasks that have written to it, in order. */
export interface ModelCheckpoint {
  readonly parent: string | undefined;
  readonly tasks: readonly string[];
}

/** Threads by name, and their checkpoints by id. */
export type Model = Map<string, Map<string, ModelCheckpoint>>;

/** Puts a checkpoint. */
export function putInto(model: Model, thread: string, id: string, parent: string | undefined): void {
  const checkpoints = model.get(thread) ?? new Map<string, ModelCheckpoint>();
  model.set(thread, checkpoints.set(id, { parent, tasks: [] }));
}

/** Notes that a task has written to a checkpoint, if it is there. */
export function writeInto(model: Model, thread: string, id: string, task: string): void {
  const checkpoint = model.get(thread)?.get(id);
  if (checkpoint) model.get(thread)!.set(id, { ...checkpoint, tasks: [...checkpoint.tasks, task] });
}

/** Keeps the newest checkpoints; a survivor gets its nearest surviving ancestor. */
export function pruneIn(model: Model, thread: string, keepLatest: number): void {
  const checkpoints = model.get(thread);
  if (!checkpoints) return;
  const kept = newestFirst(checkpoints).slice(0, keepLatest);
  const isGone = (id: string): boolean => checkpoints.has(id) && !kept.includes(id);
  const survivors = kept.map((id): [string, ModelCheckpoint] => {
    const { parent, tasks } = checkpoints.get(id)!;
    if (parent === undefined || !isGone(parent)) return [id, { parent, tasks }];
    let above: string | undefined = parent;
    while (above !== undefined && isGone(above)) above = checkpoints.get(above)!.parent;
    return [id, { parent: above !== undefined && kept.includes(above) ? above : undefined, tasks }];
  });
  model.set(thread, new Map(survivors));
}

/** Ids in the order of a listing. */
export function newestFirst(checkpoints: ReadonlyMap<string, ModelCheckpoint> | undefined): string[] {
  return [...(checkpoints?.keys() ?? [])].sort().reverse();
}
