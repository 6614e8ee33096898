import { MESSAGE_NAMESPACE } from "./class-table.ts";
import type { Shape } from "../shape.ts";
import type { ValueWriter } from "../value-writer.ts";

type Fields = Readonly<Record<string, unknown>>;
type ReadField = (message: Fields) => unknown;

/** How the fields of messages with the same keys are read and written. */
export interface FieldPlan {
  readonly shape: Shape;
  readonly readers: readonly ReadField[];
  /** Where `lc_kwargs` is among the fields. */
  readonly givenAt: number;
  /** Where `lc_namespace` is among the fields. */
  readonly namespaceAt: number;
}

/** A property that is named in the source is read several times faster than one that is looked up by its name. */
const READERS: ReadonlyMap<string, ReadField> = new Map<string, ReadField>([
  ["lc_serializable", (message) => message["lc_serializable"]],
  ["lc_kwargs", (message) => message["lc_kwargs"]],
  ["lc_namespace", (message) => message["lc_namespace"]],
  ["id", (message) => message["id"]],
  ["name", (message) => message["name"]],
  ["content", (message) => message["content"]],
  ["additional_kwargs", (message) => message["additional_kwargs"]],
  ["response_metadata", (message) => message["response_metadata"]],
  ["type", (message) => message["type"]],
  ["tool_calls", (message) => message["tool_calls"]],
  ["invalid_tool_calls", (message) => message["invalid_tool_calls"]],
  ["usage_metadata", (message) => message["usage_metadata"]],
  ["tool_call_id", (message) => message["tool_call_id"]],
  ["artifact", (message) => message["artifact"]],
  ["status", (message) => message["status"]],
  ["metadata", (message) => message["metadata"]],
]);

/** Reads all fields, each once. */
export function readFields(writer: ValueWriter, message: Fields, { shape, readers }: FieldPlan): unknown[] {
  const values: unknown[] = [];
  for (let i = 0; i < readers.length; i++) {
    writer.at(shape.keys[i]!);
    try {
      values.push(readers[i]!(message));
    } catch (error) {
      values.push(writer.unknown.unreadableProperty(error));
    }
  }
  return values;
}

const plans = new WeakMap<Shape, FieldPlan>();

export function planOf(shape: Shape): FieldPlan {
  let plan = plans.get(shape);
  if (plan === undefined) {
    const { keys } = shape;
    const readers = keys.map((key) => READERS.get(key) ?? ((message: Fields) => message[key]));
    const [givenAt, namespaceAt] = [keys.indexOf("lc_kwargs"), keys.indexOf("lc_namespace")];
    plan = { shape, readers, givenAt, namespaceAt };
    plans.set(shape, plan);
  }
  return plan;
}

interface Places {
  readonly fields: Shape;
  readonly indexes: readonly number[];
}

const places = new WeakMap<Shape, Places>();

/** Where among the fields the one is that has the name of each argument; -1 where there is none. */
export function placesOf(given: Shape, fields: Shape): readonly number[] {
  let found = places.get(given);
  if (found?.fields !== fields) {
    found = { fields, indexes: given.keys.map((key) => fields.keys.indexOf(key)) };
    places.set(given, found);
  }
  return found.indexes;
}

/** Whether a namespace is the one of LangChain's own messages. */
export function isUsualNamespace(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length === MESSAGE_NAMESPACE.length &&
    value[0] === MESSAGE_NAMESPACE[0] &&
    value[1] === MESSAGE_NAMESPACE[1]
  );
}
