import { UNREADABLE } from "./conversion.ts";

/** What is known about the class of a value without running any of its code. */
export interface ClassNaming {
  /** For use in a text: `class User`. */
  readonly description: string;
  /** The name of the class, if it has one. */
  readonly name: string | undefined;
  /** The same for two classes that were made by running one piece of source twice. */
  readonly identity: string;
}

const SOURCE_START = 200;
/** Bundlers shorten names to this length. */
const SHORTENED = 2;

export function namingOf(value: unknown): ClassNaming {
  if (typeof value === "function") return wordsFor("a function");
  if (value === UNREADABLE) return wordsFor("a property that cannot be read");
  if (typeof value === "symbol") return wordsFor("a symbol");
  try {
    return namingOfObject(value as object);
  } catch {
    return wordsFor("a Proxy that cannot be read");
  }
}

function namingOfObject(value: object): ClassNaming {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== "object" || prototype === null) return wordsFor("an object without a prototype");
  if (prototype === Object.prototype) return wordsFor("a plain object");
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof maker !== "function" || maker.prototype !== prototype) return withoutClass(prototype);
  const name = maker.name === "" ? undefined : maker.name;
  const source = Function.prototype.toString.call(maker);
  return {
    description: name === undefined ? "a class without a name" : `class ${name}`,
    name,
    identity: `${name ?? ""} ${source.length} ${source.slice(0, SOURCE_START)}`,
  };
}

/** Prototypes that a library assembles usually have a tag, and never a class. */
function withoutClass(prototype: object): ClassNaming {
  const tag: unknown = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value;
  if (typeof tag === "string" && tag !== "")
    return { ...wordsFor("a class without a constructor"), identity: tag };
  return {
    ...wordsFor("a class without a constructor"),
    identity: Reflect.ownKeys(prototype).map(String).join(),
  };
}

function wordsFor(description: string): ClassNaming {
  return { description, name: undefined, identity: description };
}

/** Whether the name is likely to lead to the class: not one that a bundler made. */
function isTellingName(name: string | undefined): name is string {
  return name !== undefined && name.length > SHORTENED;
}

const CLASSES = /^(?:a )?class/;

/** What the application can do to have a value of a class stored exactly. */
export function adviceFor(naming: ClassNaming, isNameTaken: (name: string) => boolean): string {
  const { name, description } = naming;
  if (description === "a function") {
    return "store data from which it can be recreated, or give the saver `types` with `match` for it";
  }
  if (description === "a symbol")
    return "store a string instead, or give the saver a function as `onUnknown`";
  if (!CLASSES.test(description)) return "store plain data instead";
  const byMatch = "`types: [{ name, match: (value) => boolean, encode, decode }]`";
  if (!isTellingName(name)) return `register it with ${byMatch}`;
  // A library can export one class and make instances of another with the same name.
  if (isNameTaken(name))
    return `the registered class of this name is another one; register it with ${byMatch}`;
  return (
    `register the class with \`types: [{ name, class: ${name}, encode, decode }]\`, ` +
    "or with `match: (value) => boolean` instead of `class` if you have no access to it"
  );
}
