import { dropOwnFields, dropSymbolKeys, writeFields } from "./containers.ts";
import { DOM_EXCEPTION, HIDDEN_ERROR_FIELDS } from "./error-classes.ts";
import { Url } from "./host.ts";
import { refuse } from "./refusal.ts";
import { TAG } from "./tags.ts";
import type { ValueWriter } from "./value-writer.ts";

export function writeDate(writer: ValueWriter, value: object): void {
  const time = Date.prototype.getTime.call(value as Date);
  dropOwnFields(writer, value);
  writer.tag(TAG.date);
  writer.bytes.number(time);
}

export function writeRegExp(writer: ValueWriter, value: object): void {
  const { source, flags } = new RegExp(value as RegExp);
  dropOwnFields(writer, value);
  writer.tag(TAG.regexp);
  writer.bytes.arrayHead(3);
  writer.text(source);
  writer.text(flags);
  writer.enter();
  writer.at("lastIndex");
  writer.value((value as RegExp).lastIndex);
  writer.leave();
}

export function writeUrl(writer: ValueWriter, value: object): void {
  const { href } = value as { readonly href: unknown };
  dropOwnFields(writer, value, "allowed");
  if (typeof href !== "string" || Url === undefined || new Url(href).href !== href) {
    refuse("its text does not give the same URL again; store the text");
  }
  writer.tag(TAG.url);
  writer.text(href);
}

export function writeMap(writer: ValueWriter, value: object): void {
  const entries = [...Map.prototype.entries.call(value as Map<unknown, unknown>)];
  dropOwnFields(writer, value);
  writer.tag(TAG.map);
  writer.bytes.arrayHead(entries.length * 2);
  writer.enter();
  let index = 0;
  for (const [key, item] of entries) {
    const place = index++;
    writer.at(() => `.keys()[${place}]`);
    writer.value(key);
    writer.at(() => (typeof key === "string" ? `.get(${JSON.stringify(key)})` : `.values()[${place}]`));
    writer.value(item);
  }
  writer.leave();
}

export function writeSet(writer: ValueWriter, value: object): void {
  const items = [...Set.prototype.values.call(value as Set<unknown>)];
  dropOwnFields(writer, value);
  writer.tag(TAG.set);
  writer.bytes.arrayHead(items.length);
  writer.enter();
  let index = 0;
  for (const item of items) {
    const place = index++;
    writer.at(() => `.values()[${place}]`);
    writer.value(item);
  }
  writer.leave();
}

/** They come first: what is made again needs them. */
const DOM_EXCEPTION_FIELDS = ["message", "name"];

export function writeError(writer: ValueWriter, value: object, kind: number): void {
  // An object that merely has the prototype would come back as an error.
  const isDom = kind === DOM_EXCEPTION;
  if (Object.prototype.toString.call(value) !== (isDom ? "[object DOMException]" : "[object Error]")) {
    refuse("it has the prototype of an error");
  }
  dropSymbolKeys(writer, value);
  const fields = Object.keys(value);
  const hidden = Object.getOwnPropertyNames(value).filter(
    (name) => HIDDEN_ERROR_FIELDS.has(name) && name !== "stack" && !fields.includes(name),
  );
  // Not every engine makes the stack a property of the error itself.
  if (!fields.includes("stack") && (value as Error).stack !== undefined) hidden.unshift("stack");
  if (isDom) hidden.unshift(...DOM_EXCEPTION_FIELDS);
  writer.tag(TAG.error);
  writer.bytes.arrayHead(3);
  writer.bytes.number(kind);
  writeFields(writer, value, hidden);
  writeFields(writer, value, fields);
}
