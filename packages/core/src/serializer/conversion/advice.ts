import { type ClassNaming, isTellingName } from "./class-naming.ts";

const CLASSES = /^(?:a )?class/;

/** What the application can do to have a value of a class stored exactly. */
export function adviceFor(naming: ClassNaming, isNameTaken: (name: string) => boolean): string {
  const { name, description } = naming;
  if (description === "a function") {
    return "store data from which it can be made again, or give the saver `types` with `match` for it";
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
    "or with `match: (value) => boolean` in place of `class` where you have no access to it"
  );
}
