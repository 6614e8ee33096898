/**
 * The only place that touches what differs between Node, Deno, Bun, Workers and browsers. Nothing is
 * imported from Node: its fast hash is looked up at run time where there is one.
 */

interface HostGlobals {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (
    label: string,
    options: { fatal: boolean; ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
  readonly crypto: { randomUUID(): string };
  readonly process?: { getBuiltinModule?(id: string): unknown };
}

const host = globalThis as unknown as HostGlobals;

const encoder = new host.TextEncoder();
const decoder = new host.TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a well-formed string. */
export function utf8Encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The string of UTF-8 bytes; throws `TypeError` where they are none. */
export function utf8Decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** A random id that no other process makes. */
export function randomId(): string {
  return host.crypto.randomUUID();
}

/** A module of Node, where the host is Node or offers the same; otherwise `undefined`. */
export function builtinModule<T>(id: string): T | undefined {
  return host.process?.getBuiltinModule?.(id) as T | undefined;
}
