/**
 * The only place that touches what differs between Node, Deno, Bun, Workers and browsers. Nothing is imported from
 * Node: its fast hash is looked up at run time, if there is one.
 */

interface HostGlobals {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (
    label: string,
    options: { fatal: boolean; ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
  setTimeout(done: () => void, milliseconds: number): unknown;
  readonly crypto: { randomUUID(): string };
  readonly process?: { getBuiltinModule?(id: string): unknown };
  readonly Buffer?: { readonly prototype: { readonly compare: BufferCompare } };
}

type BufferCompare = (this: Uint8Array, target: Uint8Array, targetStart: number, targetEnd: number) => number;

const host = globalThis as unknown as HostGlobals;

const encoder = new host.TextEncoder();
const decoder = new host.TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of a well-formed string. */
export function utf8Encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The string of UTF-8 bytes; throws `TypeError` if they are not UTF-8. */
export function utf8Decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** A random id that no other process makes. */
export function randomId(): string {
  return host.crypto.randomUUID();
}

const SERIAL_DIGITS = 20;
let prefix: string | undefined;
let made = 0;

/**
 * An id that no other process makes, in a fraction of the time of a random one. Copies of a running process, such as
 * those from the snapshot of a virtual machine, may make the same ones.
 */
export function serialId(): string {
  prefix ??= randomId().replaceAll("-", "").slice(-SERIAL_DIGITS);
  return prefix + (made++).toString(36);
}

/** Resolves after a time. */
export async function pause(milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    host.setTimeout(resolve, milliseconds);
  });
}

/** A module of Node, where the host is Node or offers the same module; otherwise `undefined`. */
export function builtinModule<T>(id: string): T | undefined {
  return host.process?.getBuiltinModule?.(id) as T | undefined;
}

const bufferCompare = host.Buffer?.prototype.compare;
/** Up to this length, a loop is faster than a call into the host. */
const SHORT = 64;

/** Whether `bytes` has `part` at `start`. */
export function standsAt(bytes: Uint8Array, start: number, part: Uint8Array): boolean {
  const { length } = part;
  const end = start + length;
  if (end > bytes.length) return false;
  if (bufferCompare && length > SHORT) return bufferCompare.call(part, bytes, start, end) === 0;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== part[i]) return false;
  return true;
}

/** Whether two byte strings are the same. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && standsAt(left, 0, right);
}
