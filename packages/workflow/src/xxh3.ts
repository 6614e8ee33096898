import { utf8 } from "./bytes.ts";

/**
 * XXH3 with 128 bits and seed 0, as 32 hexadecimal digits. LangGraph.js names interrupts and cache entries with it.
 * Only short texts are hashed, so clarity comes before speed. LangGraph.js's own hash differs for some texts of up to
 * 16 bytes, but the names of interrupts are made from longer ones.
 *
 * Source: the specification of xxHash, https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
export function xxh3(text: string): string {
  const bytes = utf8(text);
  const [low, high] = hash(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return high.toString(16).padStart(16, "0") + low.toString(16).padStart(16, "0");
}

type Pair = [low: bigint, high: bigint];

const MASK = 0xffffffffffffffffn;
const P32_1 = 0x9e3779b1n;
const P32_2 = 0x85ebca77n;
const P32_3 = 0xc2b2ae3dn;
const P64_1 = 0x9e3779b185ebca87n;
const P64_2 = 0xc2b2ae3d27d4eb4fn;
const P64_3 = 0x165667b19e3779f9n;
const P64_4 = 0x85ebca77c2b2ae63n;
const P64_5 = 0x27d4eb2f165667c5n;
const PMX1 = 0x165667919e3779f9n;
const PMX2 = 0x9fb21c651e98df25n;

const SECRET = Uint8Array.from(
  (
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f" +
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c" +
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8" +
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5" +
    "ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16" +
    "be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
  )
    .match(/../g)!
    .map((digits) => Number.parseInt(digits, 16)),
);
const secretView = new DataView(SECRET.buffer);

const secret32 = (at: number): bigint => BigInt(secretView.getUint32(at, true));
const secret64 = (at: number): bigint => secretView.getBigUint64(at, true);
const multiply = (a: bigint, b: bigint): bigint => (a * b) & MASK;
const rotate32 = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (32n - by))) & 0xffffffffn;

function hash(bytes: Uint8Array, data: DataView): Pair {
  const length = bytes.length;
  if (length === 0) {
    return [avalanche64(secret64(64) ^ secret64(72)), avalanche64(secret64(80) ^ secret64(88))];
  }
  if (length <= 3) return hash1to3(bytes);
  if (length <= 8) return hash4to8(data);
  if (length <= 16) return hash9to16(data);
  if (length <= 128) return hash17to128(data);
  if (length <= 240) return hash129to240(data);
  return hashLong(data);
}

function hash1to3(bytes: Uint8Array): Pair {
  const length = bytes.length;
  const packed =
    (bytes[0]! * 2 ** 16 + bytes[length >> 1]! * 2 ** 24 + bytes[length - 1]! + length * 2 ** 8) >>> 0;
  const low = BigInt(packed);
  const swapped = new DataView(new ArrayBuffer(4));
  swapped.setUint32(0, packed, true);
  const high = rotate32(BigInt(swapped.getUint32(0, false)), 13n);
  return [avalanche64(low ^ (secret32(0) ^ secret32(4))), avalanche64(high ^ (secret32(8) ^ secret32(12)))];
}

function hash4to8(data: DataView): Pair {
  const length = BigInt(data.byteLength);
  const first = BigInt(data.getUint32(0, true));
  const last = BigInt(data.getUint32(data.byteLength - 4, true));
  const keyed = (first + (last << 32n)) ^ (secret64(16) ^ secret64(24));
  const product = keyed * ((P64_1 + (length << 2n)) & MASK);
  let low = product & MASK;
  let high = (product >> 64n) & MASK;
  high = (high + (low << 1n)) & MASK;
  low ^= high >> 3n;
  low = multiply(low ^ (low >> 35n), PMX2);
  low ^= low >> 28n;
  return [low, avalanche(high)];
}

function hash9to16(data: DataView): Pair {
  const length = BigInt(data.byteLength);
  const first = data.getBigUint64(0, true);
  const last = data.getBigUint64(data.byteLength - 8, true);
  const product = (first ^ last ^ (secret64(32) ^ secret64(40))) * P64_1;
  let low = ((product & MASK) + ((length - 1n) << 54n)) & MASK;
  let high = (product >> 64n) & MASK;
  const keyed = last ^ (secret64(48) ^ secret64(56));
  high = (high + keyed + (keyed & 0xffffffffn) * (P32_2 - 1n)) & MASK;
  low ^= swap64(high);
  const mixed = low * P64_2;
  const mixedHigh = ((mixed >> 64n) + multiply(high, P64_2)) & MASK;
  return [avalanche(mixed & MASK), avalanche(mixedHigh)];
}

function hash17to128(data: DataView): Pair {
  const length = data.byteLength;
  const sums: Pair = [multiply(BigInt(length), P64_1), 0n];
  for (let i = (length - 1) >> 5; i >= 0; i--) mix32(sums, data, 16 * i, length - 16 * (i + 1), 32 * i);
  return finishMiddle(sums, length);
}

function hash129to240(data: DataView): Pair {
  const length = data.byteLength;
  const sums: Pair = [multiply(BigInt(length), P64_1), 0n];
  const rounds = length >> 5;
  for (let i = 0; i < 4; i++) mix32(sums, data, 32 * i, 32 * i + 16, 32 * i);
  sums[0] = avalanche(sums[0]);
  sums[1] = avalanche(sums[1]);
  for (let i = 4; i < rounds; i++) mix32(sums, data, 32 * i, 32 * i + 16, 3 + 32 * (i - 4));
  mix32(sums, data, length - 16, length - 32, 136 - 17 - 16);
  return finishMiddle(sums, length);
}

function mix32(sums: Pair, data: DataView, first: number, second: number, secret: number): void {
  sums[0] = (sums[0] + mix16(data, first, secret)) & MASK;
  sums[0] ^= (data.getBigUint64(second, true) + data.getBigUint64(second + 8, true)) & MASK;
  sums[1] = (sums[1] + mix16(data, second, secret + 16)) & MASK;
  sums[1] ^= (data.getBigUint64(first, true) + data.getBigUint64(first + 8, true)) & MASK;
}

function mix16(data: DataView, at: number, secret: number): bigint {
  return fold(
    data.getBigUint64(at, true) ^ secret64(secret),
    data.getBigUint64(at + 8, true) ^ secret64(secret + 8),
  );
}

function finishMiddle([low, high]: Pair, length: number): Pair {
  const mixed = (multiply(low, P64_1) + multiply(high, P64_4) + multiply(BigInt(length), P64_2)) & MASK;
  return [avalanche((low + high) & MASK), (MASK + 1n - avalanche(mixed)) & MASK];
}

const STRIPE = 64;
/** Stripes of a block: the secret advances by 8 bytes for each stripe. */
const STRIPES = (SECRET.length - STRIPE) / 8;

function hashLong(data: DataView): Pair {
  const lanes = [P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1];
  const length = data.byteLength;
  const blocks = Math.floor((length - 1) / (STRIPE * STRIPES));
  for (let block = 0; block < blocks; block++) {
    for (let i = 0; i < STRIPES; i++) accumulate(lanes, data, (block * STRIPES + i) * STRIPE, 8 * i);
    scramble(lanes);
  }
  const rest = blocks * STRIPES * STRIPE;
  const stripes = Math.floor((length - 1 - rest) / STRIPE);
  for (let i = 0; i < stripes; i++) accumulate(lanes, data, rest + i * STRIPE, 8 * i);
  accumulate(lanes, data, length - STRIPE, SECRET.length - STRIPE - 7);
  const start = multiply(BigInt(length), P64_1);
  const end = ~multiply(BigInt(length), P64_2) & MASK;
  return [merge(lanes, 11, start), merge(lanes, SECRET.length - STRIPE - 11, end)];
}

function accumulate(lanes: bigint[], data: DataView, at: number, secret: number): void {
  for (let i = 0; i < 8; i++) {
    const value = data.getBigUint64(at + 8 * i, true);
    const keyed = value ^ secret64(secret + 8 * i);
    lanes[i ^ 1] = (lanes[i ^ 1]! + value) & MASK;
    lanes[i] = (lanes[i]! + (keyed & 0xffffffffn) * (keyed >> 32n)) & MASK;
  }
}

function scramble(lanes: bigint[]): void {
  for (let i = 0; i < 8; i++) {
    const lane = lanes[i]! ^ (lanes[i]! >> 47n) ^ secret64(SECRET.length - STRIPE + 8 * i);
    lanes[i] = multiply(lane, P32_1);
  }
}

function merge(lanes: bigint[], secret: number, start: bigint): bigint {
  let sum = start;
  for (let i = 0; i < 4; i++) {
    const at = secret + 16 * i;
    sum = (sum + fold(lanes[2 * i]! ^ secret64(at), lanes[2 * i + 1]! ^ secret64(at + 8))) & MASK;
  }
  return avalanche(sum);
}

function fold(a: bigint, b: bigint): bigint {
  const product = a * b;
  return (product & MASK) ^ (product >> 64n);
}

function avalanche(value: bigint): bigint {
  const mixed = multiply(value ^ (value >> 37n), PMX1);
  return mixed ^ (mixed >> 32n);
}

function avalanche64(value: bigint): bigint {
  let mixed = multiply(value ^ (value >> 33n), P64_2);
  mixed = multiply(mixed ^ (mixed >> 29n), P64_3);
  return mixed ^ (mixed >> 32n);
}

function swap64(value: bigint): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, value, true);
  return view.getBigUint64(0, false);
}
