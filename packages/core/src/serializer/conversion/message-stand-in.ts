import { lcName } from "../types/class-recognition.ts";
import { type ClassName, MESSAGE_BRAND } from "../types/class-table.ts";
import { type Conversion, give, prototypesOf, readOf } from "./conversion.ts";

const CLASS_OF_TYPE: ReadonlyMap<unknown, ClassName> = new Map<unknown, ClassName>([
  ["human", "HumanMessage"],
  ["ai", "AIMessage"],
  ["system", "SystemMessage"],
  ["tool", "ToolMessage"],
  ["function", "FunctionMessage"],
  ["remove", "RemoveMessage"],
]);

/**
 * A message whose class is directly below `BaseMessage`, as one of LangChain's class for its type, or else as a
 * `ChatMessage` whose role is the type.
 */
export function convertMessage(value: object): Conversion | undefined {
  if (!Object.hasOwn(value, MESSAGE_BRAND)) return undefined;
  const base = prototypesOf(value).at(-2);
  if (base === undefined || lcName(base) !== "BaseMessage") return undefined;
  const type = typeOf(value);
  const name = CLASS_OF_TYPE.get(type) ?? "ChatMessage";
  const data = Object.assign(Object.create(standIn(base, name)) as object, value);
  if (name !== "ChatMessage") give(data, "type", type);
  else {
    give(data, "type", "generic");
    if (typeof readOf(value, "role") !== "string") give(data, "role", type);
  }
  const becomes = `comes back as ${/^[AEIOU]/.test(name) ? "an" : "a"} ${name} with its contents`;
  return { kind: "subclass", data, becomes };
}

function typeOf(message: object): string {
  const { _getType, type } = message as { readonly _getType?: unknown; readonly type?: unknown };
  const given: unknown =
    typeof type === "string" || typeof _getType !== "function" ? type : _getType.call(message);
  return typeof given === "string" ? given : "generic";
}

/** The classes themselves cannot be imported here, so an object built like theirs is used. */
function standIn(base: object, name: ClassName): object {
  const Base = base.constructor as abstract new () => object;
  abstract class StandIn extends Base {
    static lc_name(): string {
      return name;
    }
  }
  return StandIn.prototype;
}
