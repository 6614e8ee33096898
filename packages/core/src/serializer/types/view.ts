import { type HostClass, hostClass, NodeBuffer } from "../host.ts";
import { malformed, notHere } from "../malformed.ts";
import { dropOwnFields } from "../own-keys.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { NativeClass } from "./native-class.ts";

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
const CLASSES = VIEW_NAMES.map((name) => hostClass<ViewClass>(name));

type Getter = (this: unknown) => unknown;

// The getters themselves, since a view can have properties of its own with these names.
const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype);
const TYPED_ARRAY_PARTS = gettersOf(typedArray);
const DATA_VIEW_PARTS = gettersOf(DataView.prototype);

function gettersOf(prototype: object): Getter[] {
  const names = ["buffer", "byteOffset", "byteLength"];
  return names.map((name) => Object.getOwnPropertyDescriptor(prototype, name)!.get!);
}

function bytesIn(view: object, parts: readonly Getter[]): Uint8Array {
  const [buffer, offset, length] = parts.map((part) => part.call(view));
  return new Uint8Array(buffer as ArrayBuffer, offset as number, length as number);
}

/** They and `Uint8Array`. Only the bytes in view are stored, not the buffer around them. */
export const VIEWS: readonly NativeClass[] = [
  {
    name: "Uint8Array",
    write: (writer, value) => writer.bytes.binary(bytesIn(value, TYPED_ARRAY_PARTS)),
    copy: (value) => bytesIn(value, TYPED_ARRAY_PARTS).slice(),
  },
  ...VIEW_NAMES.map((name, kind) => viewClass(name, kind)),
];

function viewClass(name: string, kind: number): NativeClass {
  const isDataView = kind === DATA_VIEW_KIND;
  const parts = isDataView ? DATA_VIEW_PARTS : TYPED_ARRAY_PARTS;
  return {
    name,
    write(writer, value) {
      const bytes = bytesIn(value, parts);
      // Looking for fields of a typed array would take longer than writing it, and libraries hide caches there.
      if (isDataView) dropOwnFields(writer, value);
      writer.tag(TAG.view);
      writer.bytes.arrayHead(2);
      writer.bytes.number(kind);
      writer.bytes.binary(bytes);
    },
    copy: (value) => makeView(kind, bytesIn(value, parts).slice()),
  };
}

/** Makes the view of a kind. `undefined`: this engine has no such view. */
function makeView(kind: number, bytes: Uint8Array): ArrayBufferView | undefined {
  if (kind === BUFFER_KIND) return NodeBuffer?.from(bytes.buffer as ArrayBuffer) ?? bytes;
  const found = CLASSES[kind];
  return found && new found(bytes.buffer as ArrayBuffer);
}

export function readView(reader: ValueReader): object {
  reader.list(2);
  const kind = reader.integer();
  const name = VIEW_NAMES[kind] ?? malformed("it has a view of an unknown kind");
  const view = makeView(kind, reader.binary());
  if (view === undefined) throw notHere(name);
  reader.number(view);
  return view;
}
