import { type ClassName, COMMAND_BRAND, MESSAGE_BRAND, MESSAGE_NAMESPACE } from "./class-table.ts";
import { malformed } from "./malformed.ts";
import { listOf } from "./natives-in.ts";
import type { ValueReader } from "./value-reader.ts";

interface Fields extends Record<PropertyKey, unknown> {
  lc_kwargs?: unknown;
  lc_namespace?: unknown;
}

/**
 * Makes an instance out of the record of its own fields. No constructor runs: constructors fill in,
 * convert and warn, and what comes back has to be what was stored.
 *
 * @param asIs Whether the values in the record need nothing done to them.
 */
export function readInstance(reader: ValueReader, name: ClassName, data: unknown, asIs: boolean): object {
  const [fields, given] = name === "Command" ? listOf(data, 2) : [data];
  const instance = instanceOf(reader.prototypeOf(name), recordOf(fields));
  reader.number(instance);
  if (!asIs) for (const key of Object.keys(instance)) readField(reader, instance, key);
  if (name === "Command") instance[COMMAND_BRAND] = reader.value(given);
  return instance;
}

/** The same for a message, most of whose constructor arguments are stored as fields only. */
export function readMessage(reader: ValueReader, name: ClassName, data: unknown, asIs: boolean): object {
  const record = recordOf(data);
  const message = instanceOf(reader.prototypeOf(name), record);
  message[MESSAGE_BRAND] = true;
  reader.number(message);
  if (asIs) {
    if (record.lc_namespace !== undefined) message.lc_namespace = plainNamespace(record.lc_namespace);
    if (record.lc_kwargs !== undefined) message.lc_kwargs = plainArguments(record.lc_kwargs, message);
    return message;
  }
  for (const key of Object.keys(record)) {
    const node = record[key];
    if (key === "lc_kwargs") message[key] = readArguments(reader, node);
    else if (key === "lc_namespace") message[key] = readNamespace(reader, node);
    else if (!isEmpty(node)) readField(reader, message, key);
  }
  repeatFields(message);
  return message;
}

function readField(reader: ValueReader, instance: Fields, key: string): void {
  const node = instance[key];
  const value = reader.value(node);
  if (value === undefined && reader.isOmitted(node)) delete instance[key];
  else instance[key] = value;
}

/** Assigns, which is fastest: an accessor of the class that is in the way makes the bytes malformed. */
function instanceOf(prototype: object, record: Fields): Fields {
  return Object.assign(Object.create(prototype) as Fields, record);
}

/** The arguments of a message all of whose parts are to be taken as they are. */
export function plainArguments(node: unknown, message: Fields): unknown {
  if (Array.isArray(node) && node.length === 1) return node[0];
  const given = argumentsIn(node);
  for (const key of Object.keys(given)) {
    const part = given[key];
    given[key] = part === null ? message[key] : listOf(part, 1)[0];
  }
  return given;
}

function argumentsIn(node: unknown): Fields {
  if (!Array.isArray(node)) return recordOf(node);
  const [isSpread, record] = listOf(node, 2);
  const given = recordOf(record);
  if (isSpread === true) given[MESSAGE_BRAND] = true;
  return given;
}

/** Stands for an argument that is what the field of its name holds, until the fields are read. */
const REPEATED = Symbol("repeated");

function readArguments(reader: ValueReader, node: unknown): unknown {
  if (Array.isArray(node) && node.length === 1) return reader.value(node[0]);
  const given = argumentsIn(node);
  if (Array.isArray(node)) reader.number(given);
  for (const key of Object.keys(given)) {
    const part = given[key];
    if (part === null) {
      given[key] = REPEATED;
      continue;
    }
    given[key] = listOf(part, 1)[0];
    readField(reader, given, key);
  }
  return given;
}

function repeatFields(message: Fields): void {
  const given = message.lc_kwargs;
  if (!isRecord(given)) return;
  for (const key of Object.keys(given)) {
    if (given[key] !== REPEATED) continue;
    if (Object.hasOwn(message, key)) given[key] = message[key];
    else delete given[key];
  }
}

/** As `plainArguments`, for the namespace. */
export function plainNamespace(node: unknown): unknown {
  return node === null ? [...MESSAGE_NAMESPACE] : listOf(node, 1)[0];
}

function readNamespace(reader: ValueReader, node: unknown): unknown {
  return node === null ? [...MESSAGE_NAMESPACE] : reader.value(listOf(node, 1)[0]);
}

/** What has no number in a message. */
function isEmpty(node: unknown): boolean {
  if (Array.isArray(node)) return node.length === 0;
  return isRecord(node) && Object.keys(node).length === 0;
}

function recordOf(node: unknown): Fields {
  return isRecord(node) ? node : malformed("it has an instance without its fields");
}

function isRecord(node: unknown): node is Fields {
  return typeof node === "object" && node !== null && Object.getPrototypeOf(node) === Object.prototype;
}
