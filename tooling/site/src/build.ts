import { build, serve } from "vitepress";
import { brokenLinks } from "./check-links.ts";
import { built, staged } from "./paths.ts";
import { writeReference } from "./reference.ts";
import { stage } from "./stage.ts";

await stage();
await writeReference();
await build(staged);

const broken = await brokenLinks();
for (const line of broken) console.error(line);
if (broken.length > 0) throw new Error(`${broken.length} links are broken`);
console.log(`The site is in ${built}, and all its links lead somewhere.`);
if (process.argv.includes("--serve")) await serve({ root: staged });
