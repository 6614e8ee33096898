// @ts-nocheck
import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { Serializer } from "@threadmark/core";
import { chatMessages } from "./serializer-states.ts";
const s = new Serializer(), j = new JsonPlusSerializer();
const text = (n) => "lorem ipsum dolor sit amet ".repeat(40).slice(0, n);
const sets = {
  chat: chatMessages(200),
  str60: Array.from({ length: 200 }, (_, i) => (i % 2 ? new AIMessage(text(60)) : new HumanMessage(text(60)))),
  str500: Array.from({ length: 200 }, (_, i) => (i % 2 ? new AIMessage(text(500)) : new HumanMessage(text(500)))),
  blocks: Array.from({ length: 200 }, (_, i) => new AIMessage({ id: crypto.randomUUID(), content: [{ type: "text", text: text(200) }, { type: "text", text: text(100) }], tool_calls: [{ name: "a", args: { q: text(10), n: [1, 2, 3] }, id: "c" + i, type: "tool_call" }], usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3, input_token_details: { cache_read: 1 }, output_token_details: { reasoning: 3 } }, response_metadata: { model: "m", usage: { a: 1, b: 2, c: 3 }, finish_reason: "stop" } })),
};
for (const [name, v] of Object.entries(sets)) {
  const b = s.encode(v); const [t, d] = await j.dumpsTyped(v); const js = JSON.stringify(v);
  const best = { ours: 1e9, plus: 1e9, json: 1e9, enc: 1e9, encj: 1e9 };
  const m = async (k, f, n) => { const a = performance.now(); for (let i = 0; i < n; i++) await f(); best[k] = Math.min(best[k], (performance.now() - a) / n); };
  for (let i = 0; i < 150; i++) { await m("ours", () => s.decode(b), 5); await m("plus", () => j.loadsTyped(t, d), 1); await m("json", () => JSON.parse(js), 5); await m("enc", () => s.encode(v), 5); await m("encj", () => JSON.stringify(v), 5); }
  console.log(name, Object.entries(best).map(([k, x]) => k + " " + x.toFixed(3)).join(" "), "plus/ours", (best.plus / best.ours).toFixed(1), "json/ours", (best.json / best.ours).toFixed(2));
}
