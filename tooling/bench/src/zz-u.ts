// @ts-nocheck
const { Unpackr, Packr } = await import(new URL("../../../packages/core/node_modules/msgpackr/index.js", import.meta.url));
const u = new Unpackr({ useRecords: true, mapsAsObjects: false, copyBuffers: true });
const p = new Packr({useRecords:true});
const t = (name, v) => { const b = new Uint8Array(p.pack(v)); let best = 1e9; for (let i = 0; i < 3000; i++) { const a = performance.now(); u.unpack(b); best = Math.min(best, performance.now() - a); } console.log(name, (best * 1e6 / 200).toFixed(0), "ns per item"); };
const L = (f) => Array.from({ length: 200 }, (_, i) => f(i));
t("null", L(() => null));
t("str8", L((i) => "abcd" + i));
t("str30", L((i) => "abcdefghijklmnopqrstuvwxy" + i));
t("str60", L((i) => "abcdefghijklmnopqrstuvwxyabcdefghijklmnopqrstuvwxyab" + i));
t("str500", L((i) => "x".repeat(495) + i));
t("{}", L(() => ({})));
t("[]", L(() => []));
t("{5 nulls}", L(() => ({ a: null, b: null, c: null, d: null, e: null })));
t("{12}", L((i) => ({ a: null, b: true, c: null, d: undefined, e: null, f: 1, g: 2, h: 3, i: 4, j: 5, k: 6, l: 7 })));
