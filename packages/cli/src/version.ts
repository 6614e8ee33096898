import { readFileSync } from "node:fs";

export const version: string = versionOf(new URL("../package.json", import.meta.url));

function versionOf(manifest: URL): string {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
