// @ts-nocheck
import { AIMessage } from "@langchain/core/messages";
const proto = AIMessage.prototype;
const mk = new Function("i", "return ({lc_serializable:true,lc_kwargs:{a:i},lc_namespace:[1],id:'a'+i,name:undefined,content:'x',additional_kwargs:{},response_metadata:{m:1},type:'ai',tool_calls:[],invalid_tool_calls:[],usage_metadata:{a:1}})");
function bench(name, f) { let b = 1e9; for (let r = 0; r < 300; r++) { const l = Array.from({ length: 200 }, (_, i) => mk(i)); const t = performance.now(); f(l); b = Math.min(b, performance.now() - t); } console.log(name.padEnd(30), b.toFixed(4)); }
const S = Symbol.for("langchain.message");
for (let q = 0; q < 2; q++) {
bench("setProto", (l) => { for (const o of l) Object.setPrototypeOf(o, proto); });
bench("setProto+sym", (l) => { for (const o of l) { Object.setPrototypeOf(o, proto); o[S] = true; } });
bench("assign(create)", (l) => { for (let i = 0; i < l.length; i++) l[i] = Object.assign(Object.create(proto), l[i]); });
bench("loop assign", (l) => { for (let i = 0; i < l.length; i++) { const o = Object.create(proto), r = l[i]; for (const k of Object.keys(r)) o[k] = r[k]; l[i] = o; } });
bench("loop assign sym", (l) => { for (let i = 0; i < l.length; i++) { const o = Object.create(proto), r = l[i]; for (const k of Object.keys(r)) o[k] = r[k]; o[S] = true; l[i] = o; } });
bench("proto literal", (l) => { for (let i = 0; i < l.length; i++) { const o = { __proto__: proto, ...l[i] }; l[i] = o; } });
bench("proto literal sym", (l) => { for (let i = 0; i < l.length; i++) { const o = { __proto__: proto, ...l[i], [S]: true }; l[i] = o; } });
function C() {} C.prototype = proto;
bench("ctor loop", (l) => { for (let i = 0; i < l.length; i++) { const o = new C(), r = l[i]; for (const k of Object.keys(r)) o[k] = r[k]; o[S] = true; l[i] = o; } });
}
