import { MemorySaver } from "@threadmark/memory";
import { chat } from "./src/scenarios.ts";
const c = process.cpuUsage(); const b = Date.now();
await chat(new MemorySaver() as never, "t", 1000);
const u = process.cpuUsage(c);
console.log("1000 puts", Date.now() - b, "cpu", (u.user + u.system) / 1e6);
