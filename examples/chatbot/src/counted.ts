import type { CheckpointStorage } from "@threadmark/core/storage";

/** The same storage, which says how many bytes it is given to keep: texts, addresses and all. */
export function counted(storage: CheckpointStorage, count: (bytes: number) => void): CheckpointStorage {
  return new Proxy(storage, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        if (name === "put" || name === "putWrites") count(sizeOf(args));
        return member.apply(target, args);
      };
    },
  });
}

function sizeOf(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + sizeOf(part), 0);
}
