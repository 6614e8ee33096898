import { MemorySaver } from "@threadmark/memory";
import { chat, threadOf } from "./src/scenarios.ts";
const t = Number(process.argv[2] ?? 640);
const saver: any = new MemorySaver();
for (let i = 0; i < 64; i++) await chat(saver, threadOf(i), 20);
const c = process.cpuUsage(); const b = Date.now();
for (let i = 64; i < t; i++) await chat(saver, threadOf(i), 20);
const u = process.cpuUsage(c);
console.log("us per put", ((Date.now() - b) * 1e3 / ((t - 64) * 20)).toFixed(0), "cpu", ((u.user + u.system) / ((t - 64) * 20)).toFixed(0));
