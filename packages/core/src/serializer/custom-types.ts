import { CheckpointError } from "../errors.ts";
import { isNativePrototype } from "./natives.ts";
import { isSafeText } from "./text.ts";

/**
 * A class of the application that the serializer shall store.
 *
 * Only direct instances of the class are taken, not those of its subclasses: what comes back would be
 * of another class. `decode(encode(value))` has to give an equal value.
 *
 * @example
 * const money: CustomType<Money> = {
 *   name: "money",
 *   class: Money,
 *   encode: (value) => [value.amount, value.currency],
 *   decode: (data) => new Money(...(data as [bigint, string])),
 * };
 */
// oxlint-disable-next-line typescript/no-explicit-any -- a list holds types of different classes
export interface CustomType<T extends object = any> {
  /** Stored with every value. Never change it and never give it to another class. */
  readonly name: string;
  /** The class itself. */
  readonly class: { readonly prototype: T };
  /** Returns anything that the serializer stores, nested instances of registered classes included. */
  encode(value: T): unknown;
  /** Makes the instance again. Called at once, without `await`. */
  decode(data: unknown): T;
}

/** Registered types by prototype and by name. */
export class CustomTypes {
  readonly #byPrototype = new Map<object, CustomType>();
  readonly #byName = new Map<string, CustomType>();

  constructor(types: readonly CustomType[]) {
    for (const type of types) this.#register(type);
  }

  ofPrototype(prototype: object): CustomType | undefined {
    return this.#byPrototype.get(prototype);
  }

  named(name: string): CustomType | undefined {
    return this.#byName.get(name);
  }

  #register(type: CustomType): void {
    if (typeof type !== "object" || type === null) throw badType("a type has to be an object");
    const { name, class: registered } = type;
    if (typeof name !== "string" || name === "" || !isSafeText(name)) {
      throw badType("a type needs a `name`, a string that is not empty");
    }
    if (this.#byName.has(name)) throw badType(`two types are named ${JSON.stringify(name)}`);
    if (
      typeof registered !== "function" ||
      typeof registered.prototype !== "object" ||
      registered.prototype === null
    ) {
      throw badType(`type ${JSON.stringify(name)} needs a \`class\``);
    }
    if (typeof type.encode !== "function" || typeof type.decode !== "function") {
      throw badType(`type ${JSON.stringify(name)} needs the functions \`encode\` and \`decode\``);
    }
    if (isNativePrototype(registered.prototype)) {
      throw badType(`type ${JSON.stringify(name)} is for a class that is stored exactly already`);
    }
    if (this.#byPrototype.has(registered.prototype)) {
      throw badType(`type ${JSON.stringify(name)} is for a class that another type is for`);
    }
    this.#byName.set(name, type);
    this.#byPrototype.set(registered.prototype, type);
  }
}

function badType(reason: string): CheckpointError {
  return new CheckpointError("INVALID_ARGUMENT", `serializer option \`types\`: ${reason}`, {
    field: "types",
  });
}
