import {
  type ClassName,
  COMMAND_BRAND,
  isMessageClass,
  MESSAGE_BRAND,
  MESSAGE_NAMESPACE,
} from "./class-table.ts";
import { malformed } from "./malformed.ts";
import { listOf } from "./natives-in.ts";
import type { ValueReader } from "./value-reader.ts";

type Fields = Record<PropertyKey, unknown>;

/**
 * Makes an instance out of the record of its own fields. No constructor runs: constructors fill in,
 * convert and warn, and what comes back has to be what was stored.
 */
export function readInstance(reader: ValueReader, name: ClassName, data: unknown): object {
  const prototype = reader.prototypeOf(name);
  if (isMessageClass(name)) return readMessage(reader, prototype, recordOf(data));
  if (name === "Command") return readCommand(reader, prototype, data);
  const instance: Fields = { __proto__: prototype, ...recordOf(data) };
  reader.number(instance);
  readFields(reader, instance);
  return instance;
}

function readCommand(reader: ValueReader, prototype: object, data: unknown): object {
  const [fields, given] = listOf(data, 2);
  const command: Fields = { __proto__: prototype, ...recordOf(fields), [COMMAND_BRAND]: undefined };
  reader.number(command);
  readFields(reader, command);
  command[COMMAND_BRAND] = reader.value(given);
  return command;
}

function readFields(reader: ValueReader, instance: Fields): void {
  for (const key of Object.keys(instance)) instance[key] = reader.value(instance[key]);
}

function readMessage(reader: ValueReader, prototype: object, record: Fields): object {
  const message: Fields = { __proto__: prototype, ...record, [MESSAGE_BRAND]: true };
  reader.number(message);
  let given: Fields | undefined;
  for (const key of Object.keys(record)) {
    const node = record[key];
    if (key === "lc_kwargs") {
      const parts = listOf(node);
      given = parts.length === 1 ? recordOf(parts[0]) : undefined;
      message[key] = given === undefined ? reader.value(parts[1]) : readArguments(reader, given);
    } else if (key === "lc_namespace") {
      message[key] = node === null ? usualNamespace(reader) : reader.value(listOf(node, 1)[0]);
    } else if (typeof node === "object") {
      message[key] = reader.value(node);
    }
  }
  if (given !== undefined) repeatFields(given, message);
  return message;
}

/** Stands for an argument that is what the field of its name holds, until the fields are read. */
const REPEATED = Symbol("repeated");

function readArguments(reader: ValueReader, given: Fields): Fields {
  reader.number(given);
  for (const key of Object.keys(given)) {
    const node = given[key];
    given[key] = node === null ? REPEATED : reader.value(listOf(node, 1)[0]);
  }
  return given;
}

function repeatFields(given: Fields, message: Fields): void {
  for (const key of Object.keys(given)) if (given[key] === REPEATED) given[key] = message[key];
}

function usualNamespace(reader: ValueReader): string[] {
  const namespace = [...MESSAGE_NAMESPACE];
  reader.number(namespace);
  return namespace;
}

function recordOf(node: unknown): Fields {
  if (typeof node === "object" && node !== null && Object.getPrototypeOf(node) === Object.prototype) {
    return node as Fields;
  }
  return malformed("it has an instance without its fields");
}
