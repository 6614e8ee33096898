import type { Blob } from "@threadmark/core/storage";

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const idOf = (n: number, kind: Blob["kind"]): string =>
  n.toString(16).padStart(30, "a") + (kind === "node" ? "01" : "00");
const leaf = (n: number): Blob => ({
  id: idOf(n, "leaf"),
  kind: "leaf",
  bytes: bytes(`leaf ${n} `.repeat(n)),
});
const node = (n: number, children: readonly Blob[]): Blob => ({
  id: idOf(n, "node"),
  kind: "node",
  bytes: Buffer.from(children.map(({ id }) => id).join(""), "hex"),
});

const leaves = Array.from({ length: 5 }, (_, n) => leaf(n));
const lower = [node(5, leaves.slice(0, 2)), node(6, leaves.slice(1, 4))];
/** A small forest, so that values share a lot. */
export const forest: readonly Blob[] = [...leaves, ...lower, node(7, [...lower, leaves[4]!])];

// Text that SQL, JSON, arrays and patterns could trip over, and an order that only bytes have.
export const threads = ["t", "t:1", "T", "%", "\\x41", "a\"b{c},'$1", "\u{1f600}", "\uffff"];
export const namespaces = ["", "a", "a|b:\\", "\u{1f600}"];
export const ids = ["1", "2", "3", "10", "\u{1f600}", "\uffff", "Z", "a"];
export const runs = ["r1", "r2"];
export const epochs = ["e1", "e2", "e3"];
export const keys = ["source", "user", "a.b", "__proto__", "'\\\""];
export const tokens = ['"x"', "1", "null", '{"a":[1]}'];

export const claims = ["owner", "other\\", "\u{1f600}"];
