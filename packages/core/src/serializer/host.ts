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
  readonly URL?: HostUrl;
  readonly Buffer?: HostBuffer;
}

const globals = globalThis as unknown as HostGlobals & Record<string, unknown>;

export const Url: HostUrl | undefined = globals.URL;

export const NodeBuffer: HostBuffer | undefined = globals.Buffer;

/** A global class by name, for those that only newer engines have. */
export function hostClass<T extends HostClass>(name: string): T | undefined {
  const found = globals[name];
  return typeof found === "function" ? (found as unknown as T) : undefined;
}
