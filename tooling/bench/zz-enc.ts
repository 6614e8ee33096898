import { AIMessage, HumanMessage } from "@langchain/core/messages";
const base = process.argv[2]!;
const { Serializer, encodeAfter } = await import(base + "/serializer/serializer.js");
const { cutTree } = await import(base + "/blobs/cut.js");
const make = () =>
  Array.from({ length: 1000 }, (_, i) =>
    i % 2
      ? new AIMessage({ id: "a" + i, content: "hello ".repeat(80) + i })
      : new HumanMessage({ id: "h" + i, content: "question ".repeat(55) + i }),
  );
const s = new Serializer();
const bytes = s.encode(make());
let before: any;
const cut = (r: any) => ({
  recording: r.recording,
  pieces: cutTree(concat([r.pieces ? null : null, r.tail]), () => {}).leaves,
  size: r.size,
});
const concat = (xs: any[]) => {
  const ok = xs.filter(Boolean);
  return ok[0];
};
const first = encodeAfter(s, make(), undefined);
const enc: number[] = [],
  rep: number[] = [],
  rep2: number[] = [],
  dec: number[] = [];
let leaves = cut(first).pieces;
before = { recording: first.recording, pieces: leaves, size: first.size };
const N = Number(process.argv[3] ?? 150);
for (let i = 0; i < N; i++) {
  let t = performance.now();
  const v: any = await s.decode(bytes);
  dec.push(performance.now() - t);
  t = performance.now();
  s.encode(v);
  enc.push(performance.now() - t);
  const w: any = await s.decode(bytes);
  t = performance.now();
  let r = encodeAfter(s, w, before);
  rep.push(performance.now() - t);
  before = { recording: r.recording, pieces: leaves, size: r.size };
  t = performance.now();
  r = encodeAfter(s, w, before);
  rep2.push(performance.now() - t);
  before = { recording: r.recording, pieces: leaves, size: r.size };
}
const q = (a: number[]) => {
  const b = a.slice(20).sort((x, y) => x - y);
  return (
    "min " +
    b[0]!.toFixed(3) +
    " q25 " +
    b[b.length >> 2]!.toFixed(3) +
    " med " +
    b[b.length >> 1]!.toFixed(3)
  );
};
console.log("decode", q(dec));
console.log("encode fresh", q(enc));
console.log("replay fresh objects", q(rep));
console.log("replay again", q(rep2), bytes.length, first.size);
