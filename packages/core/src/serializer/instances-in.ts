import {
  type ClassName,
  COMMAND_BRAND,
  isMessageClass,
  MESSAGE_BRAND,
  MESSAGE_NAMESPACE,
} from "./class-table.ts";
import { malformed } from "./malformed.ts";
import { listOf } from "./natives-in.ts";
import { TAG } from "./tags.ts";
import type { ValueReader } from "./value-reader.ts";

type Fields = Record<PropertyKey, unknown>;

/**
 * Makes an instance out of the record of its own fields. No constructor runs: constructors fill in,
 * convert and warn, and what comes back has to be what was stored.
 */
export function readInstance(reader: ValueReader, name: ClassName, data: unknown): object {
  if (name === "Command") {
    const [fields, given] = listOf(data, 2);
    const command = becomeInstance(reader, name, fields);
    readFields(reader, command);
    command[COMMAND_BRAND] = reader.value(given);
    return command;
  }
  const instance = becomeInstance(reader, name, data);
  if (isMessageClass(name)) readMessage(reader, instance);
  else readFields(reader, instance);
  return instance;
}

/** Takes the record itself: it has the fields already, in their order, and nothing else holds it. */
function becomeInstance(reader: ValueReader, name: ClassName, record: unknown): Fields {
  if (!isRecord(record)) malformed("it has an instance without fields");
  Object.setPrototypeOf(record, reader.prototypeOf(name));
  reader.number(record);
  return record;
}

function readFields(reader: ValueReader, instance: Fields): void {
  for (const key of Object.keys(instance)) instance[key] = reader.value(instance[key]);
}

function readMessage(reader: ValueReader, message: Fields): void {
  let given: Fields | undefined;
  let repeated: readonly string[] = [];
  for (const key of Object.keys(message)) {
    const node = message[key];
    if (key === "lc_kwargs" && node instanceof Map && node.has(TAG.messageArguments)) {
      given = recordOf(node.get(TAG.messageArguments));
      repeated = readArguments(reader, given);
      message[key] = given;
    } else if (key === "lc_namespace" && node instanceof Map && node.has(TAG.messageNamespace)) {
      message[key] = readNamespace(reader);
    } else {
      message[key] = reader.value(node);
    }
  }
  if (given !== undefined) for (const key of repeated) given[key] = message[key];
  message[MESSAGE_BRAND] = true;
}

/** Returns the names of the arguments that are what the fields hold. */
function readArguments(reader: ValueReader, given: Fields): string[] {
  reader.number(given);
  const repeated: string[] = [];
  for (const key of Object.keys(given)) {
    if (given[key] === null) repeated.push(key);
    else given[key] = reader.value(listOf(given[key], 1)[0]);
  }
  return repeated;
}

function readNamespace(reader: ValueReader): string[] {
  const namespace = [...MESSAGE_NAMESPACE];
  reader.number(namespace);
  return namespace;
}

function recordOf(node: unknown): Fields {
  return isRecord(node) ? node : malformed("it has a message without its arguments");
}

function isRecord(node: unknown): node is Fields {
  return typeof node === "object" && node !== null && Object.getPrototypeOf(node) === Object.prototype;
}
