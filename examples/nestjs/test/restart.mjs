// The built application, as a client talks to it, before and after a restart.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const cwd = fileURLToPath(new URL("../", import.meta.url));
const path = `/threads/${randomUUID()}/messages`;

await test("a thread is remembered after a restart", async () => {
  await whileServing(async (url) => {
    assert.deepEqual(await say(url, "Hi, I'm Bob."), { role: "ai", text: "Your name is Bob." });
  });
  await whileServing(async (url) => {
    assert.deepEqual(await say(url, "What's my name?"), { role: "ai", text: "Your name is Bob." });
    assert.equal((await (await fetch(new URL(path, url))).json()).length, 4);
  });
});

async function say(url, text) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(new URL(path, url), { method: "POST", headers, body: JSON.stringify({ text }) });
  return answer.json();
}

/** It must also end by itself when it is asked to. */
async function whileServing(work) {
  const env = { ...process.env, PORT: "0" };
  const server = spawn(process.execPath, ["dist/main.js"], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "exit");
  try {
    let said = "";
    for await (const text of server.stdout.setEncoding("utf8")) {
      said += text;
      if (said.includes("Listening")) break;
    }
    await work(/http:\S+/.exec(said)?.[0]);
  } finally {
    server.kill();
    await ended;
  }
}
