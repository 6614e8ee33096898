import { type HostClass, hostClass, NodeBuffer } from "../host.ts";
import { malformed, bytesOf, listOf, notHere } from "../malformed.ts";
import { dropOwnFields } from "../own-keys.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";

/**
 * Views that are stored with the number of their kind, which is their place here. Stored numbers: only
 * append. `Uint8Array` is missing because MessagePack has a type for it.
 */
const VIEW_NAMES = [
  "DataView",
  "Buffer",
  "Int8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
] as const;

const DATA_VIEW_KIND = VIEW_NAMES.indexOf("DataView");
const BUFFER_KIND = VIEW_NAMES.indexOf("Buffer");

interface ViewClass extends HostClass {
  new (buffer: ArrayBuffer): ArrayBufferView;
}

/** The classes of the views that this engine has, by kind. */
const VIEW_CLASSES: readonly (ViewClass | undefined)[] = VIEW_NAMES.map((name) => hostClass<ViewClass>(name));

/** Prototype and kind of every view but `Uint8Array`. */
export const VIEW_KINDS: ReadonlyMap<object, number> = new Map(
  VIEW_CLASSES.flatMap((found, kind) => (found === undefined ? [] : [[found.prototype, kind] as const])),
);

export function viewKindNamed(name: string): number | undefined {
  const kind = (VIEW_NAMES as readonly string[]).indexOf(name);
  return kind === -1 ? undefined : kind;
}

type Getter = (this: unknown) => unknown;

function getterOf(prototype: object, name: string): Getter {
  return Object.getOwnPropertyDescriptor(prototype, name)!.get!;
}

// The getters themselves, since a view can have properties of its own with these names.
const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype);
const TYPED_ARRAY_PARTS = ["buffer", "byteOffset", "byteLength"].map((name) => getterOf(typedArray, name));
const DATA_VIEW_PARTS = ["buffer", "byteOffset", "byteLength"].map((name) =>
  getterOf(DataView.prototype, name),
);

function bytesIn(view: object, parts: readonly Getter[]): Uint8Array {
  const [buffer, offset, length] = parts.map((part) => part.call(view));
  return new Uint8Array(buffer as ArrayBuffer, offset as number, length as number);
}

/** Writes a `Uint8Array`. Only the bytes in view are stored, not the buffer around them. */
export function writePlainBytes(writer: ValueWriter, value: object): void {
  writer.bytes.binary(bytesIn(value, TYPED_ARRAY_PARTS));
}

export function writeView(writer: ValueWriter, value: object, kind: number): void {
  const isDataView = kind === DATA_VIEW_KIND;
  const bytes = bytesIn(value, isDataView ? DATA_VIEW_PARTS : TYPED_ARRAY_PARTS);
  // Looking for fields of a typed array would take longer than writing it, and libraries hide caches there.
  if (isDataView) dropOwnFields(writer, value);
  writer.tag(TAG.view);
  writer.bytes.arrayHead(2);
  writer.bytes.number(kind);
  writer.bytes.binary(bytes);
}

/** Another view of the class with that name on the same bytes; `undefined` if there is no such class. */
export function copyBytes(value: object, name: string): ArrayBufferView | undefined {
  const kind = name === "Uint8Array" ? undefined : viewKindNamed(name);
  if (kind === undefined && name !== "Uint8Array") return undefined;
  const bytes = bytesIn(value, kind === DATA_VIEW_KIND ? DATA_VIEW_PARTS : TYPED_ARRAY_PARTS).slice();
  return kind === undefined ? bytes : makeView(kind, bytes);
}

/** Makes the view of a kind. `undefined`: this engine has no such view. */
function makeView(kind: number, bytes: Uint8Array): ArrayBufferView | undefined {
  if (kind === BUFFER_KIND) return NodeBuffer?.from(bytes.buffer as ArrayBuffer) ?? bytes;
  const found = VIEW_CLASSES[kind];
  return found && new found(bytes.buffer as ArrayBuffer);
}

function isViewKind(kind: unknown): kind is number {
  return typeof kind === "number" && VIEW_NAMES[kind] !== undefined;
}

function viewName(kind: number): string {
  return VIEW_NAMES[kind] ?? "?";
}

export function readView(reader: ValueReader, data: unknown): object {
  const [kind, bytes] = listOf(data, 2);
  if (!isViewKind(kind)) malformed("it has a view of an unknown kind");
  const view = makeView(kind, bytesOf(bytes));
  if (view === undefined) throw notHere(viewName(kind));
  reader.number(view);
  return view;
}
