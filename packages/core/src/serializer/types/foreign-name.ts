/** Looking at the source of a class is slow, and programs have few classes with many instances. */
const nativeNames = new WeakMap<object, string | null>();

/** The name of the class that a prototype belongs to, if the engine itself provides it in some realm. */
export function foreignName(prototype: object): string | undefined {
  let name = nativeNames.get(prototype);
  if (name === undefined) {
    const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
    const isMaker = typeof maker === "function" && maker.prototype === prototype;
    name = (isMaker && NATIVE_SOURCE.exec(Function.prototype.toString.call(maker))?.[1]) || null;
    nativeNames.set(prototype, name);
  }
  return name ?? undefined;
}

/** A function that the engine provides. Source text cannot look like this: `[native code]` is not valid syntax. */
const NATIVE_SOURCE = /^function (\w+)\(\)\s*\{\s*\[native code\]\s*\}$/;
