import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { expectKept } from "../fidelity.ts";
import { host } from "../host.ts";

const HINT =
  "Store the type tag next to the bytes, keep bytes as bytes (bytea, BinData, a Buffer reply), and never pass them through text.";

function all(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, index) => index);
}

export const binaryClauses: readonly Clause[] = [
  clause("binary/bytes-stay-bytes", {
    rule: "A Uint8Array comes back as a Uint8Array with the same bytes, as a whole value and nested, from channels and from pending writes, whether or not the bytes look like text.",
    hint: HINT,
    run: (context) =>
      expectKept(context, () => ({
        all: all(),
        noText: Uint8Array.of(0, 255, 254, 1),
        digits: Uint8Array.of(49, 50, 51),
        json: Uint8Array.of(123, 125),
        empty: new Uint8Array(0),
        nested: { list: [Uint8Array.of(0, 128, 255)] },
      })),
  }),
  clause("binary/views-keep-their-part", {
    rule: "A view of part of a buffer comes back as that part.",
    hint: "Use byteOffset and byteLength; .buffer is the whole buffer.",
    run: (context) =>
      expectKept(context, () => {
        const whole = all();
        return { part: whole.subarray(10, 13), nested: [new Uint8Array(whole.buffer, 250, 4)] };
      }),
  }),
  clause("binary/typed-arrays-keep-their-class", {
    rule: "Typed arrays of every kind and ArrayBuffers come back with their class and their contents.",
    hint: "Store the class with the bytes.",
    run: (context) =>
      expectKept(context, () => ({
        int8: Int8Array.of(-1, 1),
        clamped: Uint8ClampedArray.of(0, 255),
        int16: Int16Array.of(-300, 300),
        uint16: Uint16Array.of(65_535),
        int32: Int32Array.of(-70_000),
        uint32: Uint32Array.of(4_294_967_295),
        float32: Float32Array.of(1.5, NaN, -0),
        float64: Float64Array.of(0.1, Infinity),
        bigint64: BigInt64Array.of(-1n),
        biguint64: BigUint64Array.of(2n ** 63n),
        nested: [{ floats: Float32Array.of(0.25), buffer: Uint8Array.of(1, 2).buffer }],
      })),
  }),
  clause("binary/buffers-stay-buffers", {
    rule: "Where the class exists, a Buffer comes back as a Buffer.",
    hint: 'Store the class with the bytes; JSON turns it into { type: "Buffer", data }.',
    run: (context) =>
      expectKept(context, () => {
        const { Buffer } = host;
        const make = (...bytes: number[]): Uint8Array =>
          Buffer === undefined ? Uint8Array.from(bytes) : Buffer.from(bytes);
        return { buffer: make(0, 255, 128), nested: { list: [make(1)] } };
      }),
  }),
];
