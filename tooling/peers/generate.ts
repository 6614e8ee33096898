/**
 * Runs `threadmark conformance` on every saver, and writes docs/peers.md and docs/clauses.md: `node generate.ts [names]`.
 * With names only these savers are run, and what is known of the others stays; `none` runs no saver.
 */
import { writeFile } from "node:fs/promises";
import { startServers } from "@threadmark/services/start";
import { clausesPage } from "./clauses-page.ts";
import { peers } from "./peers.ts";
import { readReport, writeReport } from "./reports.ts";
import { runPeer } from "./run-peer.ts";
import { documentOf } from "./table.ts";

const wanted = process.argv.slice(2);
const chosen = peers.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
const needed = [...new Set(chosen.flatMap(({ server }) => server ?? []))];
const run = await startServers(needed);
try {
  for (const peer of chosen) {
    const server = run.servers.find(({ kind }) => kind === peer.server?.split(":", 1)[0]);
    if (peer.server && !server) {
      console.log(`${peer.id}: not run, there is no ${peer.server}; its last report stays`);
      continue;
    }
    await writeReport(peer.id, await runPeer(peer, server?.url));
  }
} finally {
  await run.stop();
}
const reports = await Promise.all(peers.map(({ id }) => readReport(id)));
await writeFile(new URL("../../docs/peers.md", import.meta.url), documentOf(reports));
await writeFile(new URL("../../docs/clauses.md", import.meta.url), clausesPage());
