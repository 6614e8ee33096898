import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Report } from "@threadmark/conformance";
import type { Peer } from "./peers.ts";
import { keptOf, type KeptReport } from "./reports.ts";

const command = fileURLToPath(new URL("../../packages/cli/src/bin.ts", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));

/** Runs `threadmark conformance` on a saver. */
export async function runPeer(peer: Peer, url: string | undefined): Promise<KeptReport> {
  const folder = await mkdtemp(join(tmpdir(), "threadmark-peers-"));
  try {
    const harness = join(here, "harnesses", `${peer.id}.ts`);
    if (peer.install) await install(folder, peer.install);
    const copy = join(folder, "harness.ts");
    await copyFile(harness, copy);
    const target = peer.install ? copy : harness;
    const file = join(folder, "report.json");
    const args = ["conformance", target, "--json", file];
    const env = { ...process.env, ...(url !== undefined && { PEER_URL: url }) };
    const code = await run(process.execPath, ["--conditions=@threadmark/source", command, ...args], {
      cwd: peer.install ? folder : here,
      env,
    });
    if (code !== 0 && code !== 1) throw new Error(`threadmark conformance on ${peer.id}: exit code ${code}`);
    const report = JSON.parse(await readFile(file, "utf8")) as Report;
    return keptOf(report, peer.name, await versionOf(peer, peer.install ? folder : here));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The version of a saver's package as it is installed. */
export async function versionOf({ package: name }: Peer, folder: string = here): Promise<string> {
  const text = await readFile(join(folder, "node_modules", name, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

async function install(folder: string, dependencies: Readonly<Record<string, string>>): Promise<void> {
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", dependencies }));
  const code = await run("npm", ["install", "--no-audit", "--no-fund", "--silent"], { cwd: folder });
  if (code !== 0) throw new Error(`npm install: exit code ${code}`);
}

async function run(program: string, args: readonly string[], options: object): Promise<number | null> {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"], ...options });
  const [code] = (await once(child, "close")) as [number | null];
  return code;
}
