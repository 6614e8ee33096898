import { Url } from "../host.ts";
import { notHere } from "../malformed.ts";
import { dropOwnFields } from "../own-keys.ts";
import { refuse } from "../refusal.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";

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
