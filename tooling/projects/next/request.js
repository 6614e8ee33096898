// Starts the built application, asks it once, and stops it.
import { spawn } from "node:child_process";
import { once } from "node:events";

const server = spawn(process.execPath, ["node_modules/next/dist/bin/next", "start", "--port", "0"], {
  stdio: ["ignore", "pipe", "inherit"],
});
let said = "";
for await (const text of server.stdout.setEncoding("utf8")) {
  said += text;
  if (said.includes("Ready")) break;
}
const [url] = /http:\/\/localhost:\d+/.exec(said) ?? [];
const body = JSON.stringify([process.env.STEP, process.env.THREAD]);
const answer = await fetch(`${url}/turn`, { method: "POST", body });
console.log(answer.status, await answer.text());
server.kill();
await once(server, "exit");
