import { idBytes, type Blob } from "@threadmark/core/storage";

/** Bytes of ASCII text. */
export function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** Text that is too long to be stored in the checkpoint itself. */
export function longText(seed: string, length: number): string {
  let text = "";
  for (let i = 0; text.length < length; i++) text += `${seed} ${i * 7919} `;
  return text;
}

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
  bytes: idBytes(children.map(({ id }) => id)),
});

export const leaves: readonly Blob[] = Array.from({ length: 5 }, (_, n) => leaf(n));
export const lower: readonly Blob[] = [node(5, leaves.slice(0, 2)), node(6, leaves.slice(1, 4))];
/** A small forest, so that values share a lot. */
export const forest: readonly Blob[] = [...leaves, ...lower, node(7, [...lower, leaves[4]!])];

// Text that SQL, JSON, arrays and patterns could trip over, and an order that only bytes have.
export const threads: readonly string[] = [
  "t",
  "t:1",
  "T",
  "%",
  "\\x41",
  "a\"b{c},'$1",
  "\u{1f600}",
  "\uffff",
];
export const namespaces: readonly string[] = ["", "a", "a|b:\\", "\u{1f600}"];
export const ids: readonly string[] = ["1", "2", "3", "10", "\u{1f600}", "\uffff", "Z", "a"];
export const runs: readonly string[] = ["r1", "r2"];
export const epochs: readonly string[] = ["e1", "e2", "e3"];
export const keys: readonly string[] = ["source", "user", "a.b", "__proto__", "'\\\""];
export const tokens: readonly string[] = ['"x"', "1", "null", '{"a":[1]}'];

export const claims: readonly string[] = ["owner", "other\\", "\u{1f600}"];
