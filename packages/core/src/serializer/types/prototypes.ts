/** An object's prototypes, its own one first, without that of all objects. */
export function prototypesOf(value: object): object[] {
  const chain: object[] = [];
  let next = Object.getPrototypeOf(value) as object | null;
  while (next !== null) {
    chain.push(next);
    next = Object.getPrototypeOf(next) as object | null;
  }
  return chain.slice(0, -1);
}

type Maker = (abstract new () => object) & { readonly lc_name?: unknown };

/** The class that a prototype says it belongs to. */
export function makerOf(prototype: object): Maker | undefined {
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return typeof maker === "function" ? (maker as unknown as Maker) : undefined;
}

/** Looking at the source of a class is slow, and programs have few classes with many instances. */
const nativeNames = new WeakMap<object, string | null>();

/** The name of the class that a prototype belongs to, if the engine itself provides it in some realm. */
export function foreignName(prototype: object): string | undefined {
  let name = nativeNames.get(prototype);
  if (name === undefined) {
    const maker = makerOf(prototype);
    const source = maker?.prototype === prototype ? Function.prototype.toString.call(maker) : "";
    name = NATIVE_SOURCE.exec(source)?.[1] ?? null;
    nativeNames.set(prototype, name);
  }
  return name ?? undefined;
}

/** A function that the engine provides. Source text cannot look like this: `[native code]` is not valid syntax. */
const NATIVE_SOURCE = /^function (\w+)\(\)\s*\{\s*\[native code\]\s*\}$/;
