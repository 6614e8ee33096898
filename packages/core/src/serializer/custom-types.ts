import type { CheckpointError } from "../errors.ts";
import { wrongOption } from "../options.ts";
import { isNativePrototype } from "./types/natives.ts";
import { isSafeText } from "./text.ts";

/** How the values of a {@link CustomType} are stored. */
export interface CustomTypeCodec<T extends object> {
  /** Stored with every value. Never change it and never give it to another class. */
  readonly name: string;
  /** Returns anything that the serializer stores, including nested instances of registered classes. */
  encode(value: T): unknown;
  /** Recreates the instance. Called synchronously, without `await`. */
  decode(data: unknown): T;
}

/**
 * A class of the application for the serializer to store. `decode(encode(value))` must give an equal
 * value.
 *
 * With `class`, its direct instances are taken. Instances of its subclasses are taken too unless `onUnknown` is
 * `"refuse"`; they come back as instances of the class, which is reported once.
 *
 * With `match`, for classes that cannot be named, every value that it accepts is taken: it is called for instances
 * and functions that are not otherwise known, and should accept only what `decode` gives back.
 *
 * @example
 * const money: CustomType<Money> = {
 *   name: "money",
 *   class: Money,
 *   encode: (value) => [value.amount, value.currency],
 *   decode: (data) => new Money(...(data as [bigint, string])),
 * };
 * const day: CustomType<Dayjs> = {
 *   name: "day",
 *   match: (value) => dayjs.isDayjs(value),
 *   encode: (value) => value.valueOf(),
 *   decode: (data) => dayjs(data as number),
 * };
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a list holds types of different classes
export type CustomType<T extends object = any> = CustomTypeCodec<T> &
  (
    | {
        /** The class itself. */
        readonly class: { readonly prototype: T };
        readonly match?: undefined;
      }
    | {
        readonly class?: undefined;
        /** Whether a value is of the type. */
        readonly match: (value: unknown) => boolean;
      }
  );

/** Registered types by prototype and by name. */
export class CustomTypes {
  readonly #byPrototype = new Map<object, CustomType>();
  readonly #byName = new Map<string, CustomType>();
  readonly #matching: (CustomType & { readonly match: (value: unknown) => boolean })[] = [];

  constructor(types: readonly CustomType[]) {
    if (!Array.isArray(types)) throw wrongOption("types", "must be an array");
    for (const type of types) this.#register(type);
  }

  /** The type of the direct instances of a class. */
  ofPrototype(prototype: object): CustomType | undefined {
    return this.#byPrototype.get(prototype);
  }

  /** The first type whose `match` accepts a value. */
  matching(value: object): CustomType | undefined {
    return this.#matching.find((type) => type.match(value));
  }

  /** The type of a function, which, like any object, can be a revoked Proxy. */
  ofFunction(value: object): CustomType | undefined {
    if (this.#byName.size === 0) return undefined;
    return this.ofAncestor(value) ?? this.matching(value);
  }

  /** The type of the nearest class above the one of a value. */
  ofAncestor(value: object): CustomType | undefined {
    if (this.#byPrototype.size === 0) return undefined;
    try {
      let next: object | null = Object.getPrototypeOf(value);
      while (next !== null && !this.#byPrototype.has(next))
        next = Object.getPrototypeOf(next) as object | null;
      return next === null ? undefined : this.#byPrototype.get(next);
    } catch {
      return undefined;
    }
  }

  named(name: string): CustomType | undefined {
    return this.#byName.get(name);
  }

  /** Whether a class with exactly this name is registered. */
  hasClassNamed(name: string): boolean {
    return [...this.#byName.values()].some(
      (type) => (type.class as { name?: unknown } | undefined)?.name === name,
    );
  }

  #register(type: CustomType): void {
    if (typeof type !== "object" || type === null) throw badType("a type must be an object");
    const { name, class: registered, match } = type;
    if (typeof name !== "string" || name === "" || !isSafeText(name)) {
      throw badType("a type needs a `name`, a non-empty string");
    }
    const label = `type ${JSON.stringify(name)}`;
    if (this.#byName.has(name)) throw badType(`two types are named ${JSON.stringify(name)}`);
    if (typeof type.encode !== "function" || typeof type.decode !== "function") {
      throw badType(`${label} needs the functions \`encode\` and \`decode\``);
    }
    if (match === undefined) this.#byPrototype.set(this.#prototypeOf(registered, label), type);
    else if (registered !== undefined) throw badType(`${label} has both a \`class\` and a \`match\``);
    else if (typeof match !== "function") throw badType(`${label} needs a function as \`match\``);
    else this.#matching.push(type);
    this.#byName.set(name, type);
  }

  #prototypeOf(registered: { readonly prototype: unknown } | undefined, label: string): object {
    const prototype = typeof registered === "function" ? registered.prototype : undefined;
    if ((typeof prototype !== "object" && typeof prototype !== "function") || prototype === null) {
      throw badType(`${label} needs a \`class\` or a \`match\``);
    }
    if (isNativePrototype(prototype)) {
      throw badType(`${label} is for a class that is already stored exactly`);
    }
    if (this.#byPrototype.has(prototype)) throw badType(`${label} is for a class that already has a type`);
    return prototype;
  }
}

function badType(reason: string): CheckpointError {
  return wrongOption("types", `is wrong: ${reason}`);
}
