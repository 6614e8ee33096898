import { LEVEL, PULL, PUSH, START, TASK_OF } from "./layout.ts";
import { uuid5 } from "./uuid.ts";
import { xxh3 } from "./xxh3.ts";

/** The place of a task in its run, which decides its id and the order of its writes. */
export type TaskPath = readonly (string | number | boolean | TaskPath)[];

/** One execution of a body or task, the same whenever the run is repeated. */
export interface TaskIdentity {
  readonly id: string;
  readonly name: string;
  readonly path: TaskPath;
  /** Namespace of what happens in it: those of the callers, then `name:id`. */
  readonly namespace: string;
}

/** What all tasks of one run have in common. */
export interface RunIdentity {
  /** Namespace of the checkpoints; `""` unless the workflow was called by another one. */
  readonly namespace: string;
  readonly checkpointId: string;
  /** Step of the run: that of its input checkpoint, plus one. */
  readonly step: number;
}

/** The body of a workflow. */
export function bodyIdentity(run: RunIdentity, name: string): TaskIdentity {
  const namespace = run.namespace === "" ? name : run.namespace + LEVEL + name;
  const preimage = [namespace, String(run.step), name, PULL, [START]];
  const id = uuid5(JSON.stringify(preimage), run.checkpointId);
  return { id, name, path: [PULL, name], namespace: namespace + TASK_OF + id };
}

/**
 * A task that is called by `caller`.
 *
 * @param place How many calls the caller made before, or a key that the program chose.
 */
export function callIdentity(
  run: RunIdentity,
  caller: TaskIdentity,
  name: string,
  place: number | string,
): TaskIdentity {
  const namespace = caller.namespace + LEVEL + name;
  const preimage = [namespace, String(run.step), name, PUSH, caller.path, place];
  const id = uuid5(JSON.stringify(preimage), run.checkpointId);
  return { id, name, path: [PUSH, caller.path, place, true], namespace: namespace + TASK_OF + id };
}

/** The id of the question that a task asks after this many answers. */
export function interruptId(namespace: string, answered: number): string {
  return xxh3(answered === 0 ? namespace : `${namespace}${LEVEL}${answered}`);
}

/** A path as it is stored with writes; only its order matters. */
export function pathText(path: TaskPath): string {
  return `~${path.map(partText).join(", ")}`;
}

function partText(part: TaskPath[number]): string {
  if (typeof part === "string") return part;
  if (typeof part === "object") return pathText(part);
  return String(Number(part)).padStart(10, "0");
}

/** The id of a new claim, which says whose run it is. */
export function claimIdOf(workflow: string): string {
  return claimPrefixOf(workflow) + crypto.randomUUID();
}

/** How the claims of a workflow begin. Names may be longer than a claim. */
export function claimPrefixOf(workflow: string): string {
  return xxh3(workflow) + LEVEL;
}
