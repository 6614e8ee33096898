/** What the serializer needs from Node, Deno, Bun, Workers and browsers, and what only some of them have. */

interface TextEncoding {
  encodeInto(text: string, into: Uint8Array): { readonly written: number };
}

/** A class of the host, as far as its instances are recognised and recreated. */
export interface HostClass {
  readonly prototype: object;
}

export interface HostUrl extends HostClass {
  new (href: string): { readonly href: string };
}

export interface HostBuffer extends HostClass {
  from(buffer: ArrayBuffer): Uint8Array;
}

interface HostGlobals {
  readonly TextEncoder: new () => TextEncoding;
  readonly TextDecoder: new (
    label: string,
    options: { ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
  readonly URL?: HostUrl;
  readonly Buffer?: HostBuffer;
}

const globals = globalThis as unknown as HostGlobals & Record<string, unknown>;

const encoder = new globals.TextEncoder();

/** Returns how many bytes were written; `into` has room for three bytes per UTF-16 unit. */
export function encodeUtf8Into(text: string, into: Uint8Array): number {
  return encoder.encodeInto(text, into).written;
}

const decoder = new globals.TextDecoder("utf-8", { ignoreBOM: true });

/** What is not UTF-8 becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export const Url: HostUrl | undefined = globals.URL;

export const NodeBuffer: HostBuffer | undefined = globals.Buffer;

/** A global class by name, for those that only newer engines have. */
export function hostClass<T extends HostClass>(name: string): T | undefined {
  const found = globals[name];
  return typeof found === "function" ? (found as unknown as T) : undefined;
}
