import { writeFile } from "node:fs/promises";
import { examine } from "./examine.ts";
import { official, officialVersion, ours } from "./savers.ts";
import { documentOf } from "./table.ts";

const reports = [await examine(ours), await examine(official)];
const file = new URL("../../docs/peers.md", import.meta.url);
await writeFile(file, documentOf(reports, await officialVersion()));
