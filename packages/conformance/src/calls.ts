import { show } from "@threadmark/core/comparison";
import { MissingMethod } from "./assertions.ts";
import type { TestedSaver } from "./saver.ts";

/** Calls kept of a clause; a failure is nearly always about the last few. */
const KEPT = 200;
/** Calls shown in a message. */
const SHOWN = 10;

/** The methods of every checkpointer; `opening/has-the-methods-of-a-checkpointer` says which are missing. */
export const requiredMethods = [
  "get",
  "getTuple",
  "list",
  "put",
  "putWrites",
  "deleteThread",
  "getNextVersion",
] as const;

/** The calls of one clause, in order. */
export class CallLog {
  readonly #lines: string[] = [];
  #count = 0;

  add(line: string): void {
    this.#count++;
    if (this.#lines.push(line) > KEPT) this.#lines.shift();
  }

  /** The last calls, a line each; empty when there was none. */
  toLines(): string[] {
    const lines = this.#lines.slice(-SHOWN);
    const left = this.#count - lines.length;
    return left > 0 ? [`… ${left} ${left === 1 ? "call" : "calls"} before`, ...lines] : lines;
  }
}

/** The same saver; its calls are written to a log, and a required method that is missing says so when it is called. */
export function logged(saver: TestedSaver, log: CallLog): TestedSaver {
  // Not a proxy of the saver itself: that must return the very methods of one that is frozen.
  const stand = Object.create(Object.getPrototypeOf(saver) as object) as TestedSaver;
  const proxy: TestedSaver = new Proxy(stand, {
    has: (_, name) => Reflect.has(saver, name),
    get(_, name) {
      const member: unknown = Reflect.get(saver, name, saver);
      if (name === "constructor") return member;
      if (typeof member !== "function") return isRequired(name) ? missing(name) : member;
      return function call(this: unknown, ...args: unknown[]): unknown {
        log.add(callOf(String(name), args));
        // Private members are not there on a proxy.
        return Reflect.apply(member, this === proxy ? saver : this, args) as unknown;
      };
    },
  });
  return proxy;
}

function isRequired(name: string | symbol): name is (typeof requiredMethods)[number] {
  return (requiredMethods as readonly (string | symbol)[]).includes(name);
}

function missing(name: string): () => never {
  return () => {
    throw new MissingMethod(`the saver has no method ${name}`);
  };
}

/** A call in one line. Values are named and not written out: they may be megabytes. */
function callOf(method: string, args: readonly unknown[]): string {
  return `${method}(${args.map((arg, place) => argumentOf(method, place, arg)).join(", ")})`;
}

function argumentOf(method: string, place: number, value: unknown): string {
  if (isObject(value)) {
    const configurable = value["configurable"];
    if (isObject(configurable)) return placeOf(configurable);
    const values = value["channel_values"];
    if (isObject(values)) return `{ id: ${show(value["id"])}, channel_values: ${keysOf(values)} }`;
    if (method === "put") return keysOf(value);
  }
  if (method === "putWrites" && place === 1 && Array.isArray(value)) return channelsOf(value);
  return typeof value === "object" && value !== null && place > 0 ? keysOf(value) : show(value);
}

function placeOf(configurable: Record<string, unknown>): string {
  const names = ["thread_id", "checkpoint_ns", "checkpoint_id"];
  const parts = names.filter((name) => name in configurable);
  return `{ ${parts.map((name) => `${name}: ${show(configurable[name])}`).join(", ")} }`;
}

function keysOf(value: object): string {
  const keys = Object.keys(value);
  const shown = keys.slice(0, 5).map((key) => JSON.stringify(key));
  return keys.length > 5 ? `{ ${shown.join(", ")}, … }` : shown.length > 0 ? `{ ${shown.join(", ")} }` : "{}";
}

function channelsOf(writes: readonly unknown[]): string {
  const shown = writes.slice(0, 5).map((write) => `[${show(Array.isArray(write) ? write[0] : write)}, …]`);
  return `[${shown.join(", ")}${writes.length > 5 ? ", …" : ""}]`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
