// @ts-nocheck
import { Serializer } from "@threadmark/core";
import { chatMessages, plainStates } from "./serializer-states.ts";
const base = new URL("../../../packages/core/dist/serializer/", import.meta.url);
const { checkBody } = await import(base + "body-check.js");
const { Raiser } = await import(base + "raiser.js");
const { CustomTypes } = await import(base + "custom-types.js");
const { loadPrototypes } = await import(base + "class-loading.js");
const { open } = await import(base + "envelope.js");
const { createRequire } = await import("node:module");
const { Unpackr } = await import(new URL("../../../packages/core/node_modules/msgpackr/node-index.js", import.meta.url));
const u = new Unpackr({ useRecords: true, mapsAsObjects: false, copyBuffers: true });
const s = new Serializer();
const v = process.argv[2] === "m" ? chatMessages(200) : plainStates().find((x) => x.name.startsWith(process.argv[2]!))!.value;
const b = s.encode(v);
const proto = await loadPrototypes(2);
const types = new CustomTypes([]);
const best: any = {};
const t = (k, f) => { const a = performance.now(); const r = f(); best[k] = Math.min(best[k] ?? 1e9, performance.now() - a); return r; };
for (let i = 0; i < 2000; i++) {
  const o = t("open", () => open(b));
  const end = o.tagged ? o.body.length - 1 : o.body.length;
  t("check", () => checkBody(o.body, end, o.tagged));
  const tree = t("unpack", () => u.unpack(o.body, end));
  if (o.tagged) t("raise", () => new Raiser(types, proto, o.body[end], u.unpack(new Uint8Array([0xc1]))).value(tree));
}
console.log(best);
