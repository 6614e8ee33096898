import { MESSAGE_NAMESPACE } from "./class-table.ts";
import type { Shape } from "../shape.ts";
import type { ValueWriter } from "../value-writer.ts";

type Fields = Readonly<Record<string, unknown>>;

/** How the fields of messages with the same keys are written. */
export interface FieldPlan {
  readonly shape: Shape;
  /** Where `lc_kwargs` is among the fields. */
  readonly givenAt: number;
  /** Where `lc_namespace` is among the fields. */
  readonly namespaceAt: number;
}

/** Reads all fields, each once. */
export function readFields(writer: ValueWriter, message: Fields, { shape }: FieldPlan): unknown[] {
  const { keys } = shape;
  const values: unknown[] = [];
  for (let i = 0; i < keys.length; i++) {
    writer.at(keys[i]!);
    values.push(writer.read(message, keys[i]!));
  }
  return values;
}

const plans = new WeakMap<Shape, FieldPlan>();

export function planOf(shape: Shape): FieldPlan {
  let plan = plans.get(shape);
  if (plan === undefined) {
    const { keys } = shape;
    const [givenAt, namespaceAt] = [keys.indexOf("lc_kwargs"), keys.indexOf("lc_namespace")];
    plan = { shape, givenAt, namespaceAt };
    plans.set(shape, plan);
  }
  return plan;
}

interface Places {
  readonly fields: Shape;
  readonly indexes: readonly number[];
}

const places = new WeakMap<Shape, Places>();

/** For each argument, the position of the field with its name; -1 if there is none. */
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
