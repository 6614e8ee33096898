import { Url } from "../host.ts";
import { bytesOf, listOf, malformed, notHere } from "../malformed.ts";
import { dropOwnFields } from "../own-keys.ts";
import { refuse } from "../refusal.ts";
import { TAG } from "../tags.ts";
import { codeUnits, textOfCodeUnits } from "../text.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";

/** Writes a text that UTF-8 cannot carry. */
export function writeOddText(writer: ValueWriter, value: string): void {
  writer.tag(TAG.text);
  writer.bytes.binary(codeUnits(value));
}

export function readOddText(_reader: ValueReader, data: unknown): string {
  return textOfCodeUnits(bytesOf(data));
}

export function writeBigInt(writer: ValueWriter, value: bigint): void {
  if (writer.bytes.bigint(value)) return;
  writer.tag(TAG.bigint);
  writer.bytes.text(value.toString(16));
}

export function readBigInt(_reader: ValueReader, data: unknown): bigint {
  if (typeof data !== "string" || !/^-?[\da-f]+$/.test(data)) malformed("it has a bad bigint");
  return data.startsWith("-") ? -BigInt(`0x${data.slice(1)}`) : BigInt(`0x${data}`);
}

export function writeDate(writer: ValueWriter, value: object): void {
  const time = Date.prototype.getTime.call(value as Date);
  dropOwnFields(writer, value);
  writer.tag(TAG.date);
  writer.bytes.number(time);
}

export function readDate(reader: ValueReader, data: unknown): Date {
  if (typeof data !== "number") malformed("it has a date without a time");
  const date = new Date(data);
  reader.number(date);
  return date;
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

export function readRegExp(reader: ValueReader, data: unknown): RegExp {
  const [source, flags, lastIndex] = listOf(data, 3);
  const pattern = new RegExp(reader.text(source), reader.text(flags));
  reader.number(pattern);
  pattern.lastIndex = reader.value(lastIndex) as number;
  return pattern;
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

export function readUrl(reader: ValueReader, data: unknown): object {
  const href = reader.text(data);
  if (Url === undefined) throw notHere("URL");
  const url = new Url(href);
  reader.number(url);
  return url;
}
