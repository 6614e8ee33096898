// @ts-nocheck
import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { Serializer } from "@threadmark/core";
import { chatMessages } from "./serializer-states.ts";
const s = new Serializer(), j = new JsonPlusSerializer();
const v = chatMessages(200);
const b = s.encode(v); const [t, d] = await j.dumpsTyped(v); const js = JSON.stringify(v);
const best = { ours: 1e9, plus: 1e9, json: 1e9, enc: 1e9, encj: 1e9 };
const m = async (k, f, n) => { const a = performance.now(); for (let i = 0; i < n; i++) await f(); best[k] = Math.min(best[k], (performance.now() - a) / n); };
for (let i = 0; i < 150; i++) { await m("ours", () => s.decode(b), 5); await m("plus", () => j.loadsTyped(t, d), 1); await m("json", () => JSON.parse(js), 5); await m("enc", () => s.encode(v), 5); await m("encj", () => JSON.stringify(v), 5); }
console.log(best, "plus/ours", best.plus / best.ours, "enc/json", best.enc / best.encj);
