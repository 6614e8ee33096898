// The process that starts the servers of a run and owns them. It learns of the end of the run from the end of its
// standard input, which the system closes however the run ends, and then stops everything and ends. A process that
// connects to its socket gets separate servers, until it disconnects.
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { answerCalls } from "./calls.ts";
import { PATIENCE } from "./patience.ts";
import { Session } from "./session.ts";
import { removeMachines } from "./ways.ts";

// Whoever ends the whole run must not end what cleans up after it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

// Of a package that cleans up for itself in another container, whose image is not everywhere.
process.env["TESTCONTAINERS_RYUK_DISABLED"] = "true";

const folder = await mkdtemp(join(tmpdir(), "threadmark-host-"));
const path = join(folder, "socket");
// Containers are labelled with it.
process.env["TEST_SERVER_HOST"] = path;
const sessions = new Set<Session>();

const server = createServer((socket) => {
  const session = new Session();
  sessions.add(session);
  answerCalls(socket, (method, args) => session.answer(method, args));
  socket.on("close", () => void session.close().finally(() => sessions.delete(session)));
});
server.listen(path);
await once(server, "listening");
process.stdout.write(`${path}\n`);

process.stdin.resume();
await once(process.stdin, "end");
server.close();
await removeMachines();
// What is in the middle of a start fails by that, and removes what it has opened meanwhile; unless it hangs.
const closed = Promise.allSettled([...sessions].map((session) => session.close()));
await Promise.race([closed, setTimeout(PATIENCE / 2)]);
await rm(folder, { recursive: true, force: true });
process.exit();
