// npm run soak -- <what> [savers] [options]. What: "mixed" operations with what the process holds meanwhile, for so many
// --minutes on each saver; or one of the attacks of attacks.ts, with so many --times the rounds of the gate.
import { parseArgs } from "node:util";
import { attacks } from "./attacks.ts";
import { attack } from "./attack.ts";
import { soak } from "./mixed.ts";
import { savers } from "./savers.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: "string", default: "10" }, times: { type: "string", default: "20" } },
});
const [what = "mixed", ...names] = positionals;
const parts = attacks[what];
if (what !== "mixed" && !parts) throw unknown(what, ["mixed", ...Object.keys(attacks)]);
const possible = parts ? parts.map(({ saver }) => saver) : Object.keys(savers);
for (const name of names) if (!possible.includes(name)) throw unknown(name, possible);
const chosen = names.length > 0 ? names : possible;
if (!parts) await soak(chosen, Number(values.minutes));
else if (
  !(await attack(
    parts.filter(({ saver }) => chosen.includes(saver)),
    values.times,
  ))
)
  process.exitCode = 1;

function unknown(word: string, known: readonly string[]): Error {
  return new Error(`${word} is none of ${known.join(", ")}`);
}
