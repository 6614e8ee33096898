/**
 * Compares two values for being the same in everything a program can see: types, prototypes, own keys
 * in their order, what is enumerable, contents, and which objects are the same one.
 *
 * @param holds `"messages"`: what each message has for itself may have been shared before.
 * @returns Where and how they differ, or `undefined`.
 */
export function difference(left: unknown, right: unknown, holds?: "messages"): string | undefined {
  return new Comparison(holds === "messages").compare(left, right, "$");
}

type Fields = Record<PropertyKey, unknown>;

class Comparison {
  readonly #partners = new Map<object, object>();
  readonly #taken = new Map<object, object>();
  readonly #holdsMessages: boolean;

  constructor(holdsMessages: boolean) {
    this.#holdsMessages = holdsMessages;
  }

  /** @param isOwn Whether sharing is not looked at, though what is in it is. */
  compare(left: unknown, right: unknown, path: string, isOwn = false): string | undefined {
    if (!isObject(left) || !isObject(right)) {
      return Object.is(left, right) ? undefined : `${path}: ${show(left)} became ${show(right)}`;
    }
    if (isOwn || (this.#holdsMessages && isEmpty(left))) return this.#alike(left, right, path);
    if (this.#partners.has(left) || this.#taken.has(right)) {
      const same = this.#partners.get(left) === right && this.#taken.get(right) === left;
      return same ? undefined : `${path}: not the same object as before`;
    }
    if (left === right) return `${path}: the result shares an object with the value`;
    this.#partners.set(left, right);
    this.#taken.set(right, left);
    return this.#alike(left, right, path);
  }

  #alike(left: object, right: object, path: string): string | undefined {
    if (Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return `${path}: another prototype`;
    if (Object.prototype.toString.call(left) !== Object.prototype.toString.call(right))
      return `${path}: kind`;
    return this.#contents(left, right, path) ?? this.#fields(left, right, path);
  }

  #contents(left: object, right: object, path: string): string | undefined {
    if (left instanceof Map) {
      return this.compareLists([...left].flat(), [...(right as typeof left)].flat(), `${path}<map>`);
    }
    if (left instanceof Set) return this.compareLists([...left], [...(right as typeof left)], `${path}<set>`);
    return this.compareLists(contentsOf(left), contentsOf(right), `${path}<content>`);
  }

  compareLists(left: readonly unknown[], right: readonly unknown[], path: string): string | undefined {
    if (left.length !== right.length) return `${path}: ${left.length} items became ${right.length}`;
    for (const [index, item] of left.entries()) {
      const found = this.compare(item, right[index], `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #fields(left: object, right: object, path: string): string | undefined {
    if (ArrayBuffer.isView(left)) return undefined;
    const keys = keysOf(left);
    const others = keysOf(right);
    if (keys.length !== others.length || keys.some((key, index) => key !== others[index])) {
      return `${path}: keys ${show(keys)} became ${show(others)}`;
    }
    for (const key of keys) {
      const place = `${path}.${String(key)}`;
      const enumerable = Object.prototype.propertyIsEnumerable.call(left, key);
      if (enumerable !== Object.prototype.propertyIsEnumerable.call(right, key))
        return `${place}: enumerable`;
      const part = (left as Fields)[key];
      const found = this.compare(part, (right as Fields)[key], place, isOwnOfMessage(left, key));
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Functions that the host keeps on its errors are no part of a value. */
function keysOf(value: object): PropertyKey[] {
  return Reflect.ownKeys(value).filter((key) => {
    const field = Object.getOwnPropertyDescriptor(value, key)!;
    return field.enumerable === true || (typeof key === "string" && typeof field.value !== "function");
  });
}

function contentsOf(value: object): unknown[] {
  if (value instanceof Date) return [value.getTime()];
  if (value instanceof RegExp) return [value.source, value.flags];
  if (value instanceof URL) return [value.href];
  if (value instanceof ArrayBuffer) return [...new Uint8Array(value)];
  if (ArrayBuffer.isView(value)) {
    return [value.byteLength, ...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
  }
  return [];
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(String).join(", ")}]`;
  if (typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0)
    ? "-0"
    : isObject(value)
      ? Object.prototype.toString.call(value)
      : String(value);
}

/** What every message has for itself. */
function isOwnOfMessage(holder: object, key: PropertyKey): boolean {
  return (
    Object.hasOwn(holder, Symbol.for("langchain.message")) && (key === "lc_kwargs" || key === "lc_namespace")
  );
}

/** Empty fields are each message's own, too. */
function isEmpty(value: object): boolean {
  const isPlain = Array.isArray(value)
    ? value.length === 0
    : Object.getPrototypeOf(value) === Object.prototype;
  return isPlain && Reflect.ownKeys(value).every((key) => key === "length");
}
