// The built application, as a browser talks to it, before and after a restart.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const cwd = fileURLToPath(new URL("../", import.meta.url));
const thread = randomUUID();

await test("an answer is streamed, and a thread remembered after a restart", async () => {
  await whileServing(async (url) => {
    const answer = await partsOf(await say(url, "Hi, I'm Bob."));
    assert.ok(answer.length > 1, "the answer comes in parts");
    assert.equal(answer.join(""), "Your name is Bob.");
  });
  await whileServing(async (url) => {
    assert.equal(await (await say(url, "What's my name?")).text(), "Your name is Bob.");
    const said = await (await fetch(`${url}/api/chat?thread=${thread}`)).json();
    assert.deepEqual(
      said.map(({ role }) => role),
      ["human", "ai", "human", "ai"],
    );
  });
});

function say(url, text) {
  return fetch(`${url}/api/chat`, { method: "POST", body: JSON.stringify({ thread, text }) });
}

async function partsOf({ body }) {
  const parts = [];
  for await (const part of body.pipeThrough(new TextDecoderStream())) parts.push(part);
  return parts;
}

async function whileServing(work) {
  const server = spawn(process.execPath, ["node_modules/next/dist/bin/next", "start", "--port", "0"], {
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(server, "exit");
  try {
    let said = "";
    for await (const text of server.stdout.setEncoding("utf8")) {
      said += text;
      if (said.includes("Ready")) break;
    }
    await work(/http:\/\/localhost:\d+/.exec(said)?.[0]);
  } finally {
    server.kill();
    await ended;
  }
}
