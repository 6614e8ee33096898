import { chooseModel, explainFailure } from "./choose-model.ts";
import { parseOptions, USAGE } from "./options.ts";
import { forget, play } from "./play.ts";
import { Problem } from "./problem.ts";
import { RUNTIMES } from "./runtime.ts";
import { paint, terminal } from "./screen.ts";

const ADVICE =
  "\nRun it again: another process continues these threads. `npm run demo -- --reset` forgets them.";

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options.help) return console.log(USAGE);
  const name = process.env["MODEL"];
  const model = await chooseModel(name);
  if (options.reset) await forget(options.saver);
  try {
    await play(options.scenes, { runtime: RUNTIMES[options.runtime], model, screen: terminal }, options);
  } catch (error) {
    throw explainFailure(name, error);
  }
  if (options.saver !== "memory") terminal.print(paint("dim", ADVICE));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
