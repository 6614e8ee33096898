import { Buffer } from "node:buffer";
import { ByteStrings } from "./bytes.ts";
import type { Param, Statement } from "./pg.ts";

/**
 * Joins statements into one text without parameters, as the simple protocol requires: the server runs them in one
 * transaction and one round trip. Under READ COMMITTED every statement has its own snapshot, so what follows a lock
 * sees everything that was committed while the script waited for it.
 */
export function scriptOf(statements: readonly Statement[]): string {
  return statements.map((statement) => statement.inlined()).join(";\n");
}

/** A value in SQL. Text and bytes are sent as base64, whose characters no parser interprets, whatever its settings. */
export function literalOf(value: Param): string {
  if (value === null) return "NULL";
  if (typeof value === "number") return `(${value})`;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return textOf(value);
  if (value instanceof Uint8Array) return `decode('${base64(value)}', 'base64')`;
  if (value instanceof ByteStrings) {
    return `ARRAY[${value.parts.map((part) => `decode('${base64(part)}', 'base64')`).join(", ")}]`;
  }
  return `ARRAY(SELECT jsonb_array_elements_text(${textOf(JSON.stringify(value))}::jsonb))`;
}

function textOf(value: string): string {
  return `convert_from(decode('${base64(new TextEncoder().encode(value))}', 'base64'), 'UTF8')`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
