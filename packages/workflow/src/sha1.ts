/**
 * SHA-1, synchronously, on every host. Task ids are UUIDs of version 5, which need it; nothing here relies on it for
 * security. Every call of a task needs one, so nothing is allocated on the way.
 *
 * @param bytes The message, and after it room for the padding, see {@link paddedLength}.
 * @returns The digest, until the next call.
 */
export function sha1(bytes: DataView, length: number): DataView {
  pad(bytes, length);
  digest.setInt32(0, 0x67452301);
  digest.setInt32(4, 0xefcdab89);
  digest.setInt32(8, 0x98badcfe);
  digest.setInt32(12, 0x10325476);
  digest.setInt32(16, 0xc3d2e1f0);
  const end = paddedLength(length);
  for (let offset = 0; offset < end; offset += 64) {
    for (let i = 0; i < 16; i++) words[i] = bytes.getInt32(offset + i * 4);
    for (let i = 16; i < 80; i++) {
      const word = words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!;
      words[i] = (word << 1) | (word >>> 31);
    }
    addBlock();
  }
  return digest;
}

/** Bytes of a message with its padding. */
export function paddedLength(length: number): number {
  return (length + 9 + 63) & ~63;
}

const words = new Int32Array(80);
const digest = new DataView(new ArrayBuffer(20));

function pad(bytes: DataView, length: number): void {
  const end = paddedLength(length);
  bytes.setUint8(length, 0x80);
  for (let at = length + 1; at < end - 4; at++) bytes.setUint8(at, 0);
  bytes.setUint32(end - 4, length * 8);
}

function addBlock(): void {
  const [first, second, third, fourth, fifth] = [0, 4, 8, 12, 16].map((at) => digest.getInt32(at));
  let [a, b, c, d, e] = [first!, second!, third!, fourth!, fifth!];
  for (let i = 0; i < 80; i++) {
    let mixed: number;
    if (i < 20) mixed = (d ^ (b & (c ^ d))) + 0x5a827999;
    else if (i < 40) mixed = (b ^ c ^ d) + 0x6ed9eba1;
    else if (i < 60) mixed = ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
    else mixed = (b ^ c ^ d) + 0xca62c1d6;
    const sum = (((a << 5) | (a >>> 27)) + mixed + e + words[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = sum;
  }
  digest.setInt32(0, first! + a);
  digest.setInt32(4, second! + b);
  digest.setInt32(8, third! + c);
  digest.setInt32(12, fourth! + d);
  digest.setInt32(16, fifth! + e);
}
