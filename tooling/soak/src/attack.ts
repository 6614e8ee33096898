import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Part } from "./attacks.ts";

const root = new URL("../../../", import.meta.url);
const vitest = fileURLToPath(new URL("node_modules/vitest/vitest.mjs", root));

/**
 * Runs the tests of an attack, package after package. They print what they have done.
 *
 * @param times How many times the rounds of the gate.
 * @returns Whether all have passed.
 */
export async function attack(parts: readonly Part[], times: string): Promise<boolean> {
  const failed: string[] = [];
  for (const { saver, folder, files } of parts) {
    const words = ["run", ...files];
    console.log(`\n${saver}: cd ${folder} && TEST_TIMES=${times} npx vitest ${words.join(" ")}`);
    const child = spawn(process.execPath, [vitest, ...words], {
      cwd: new URL(`${folder}/`, root),
      env: { ...process.env, TEST_TIMES: times },
      stdio: "inherit",
    });
    const [code] = (await once(child, "exit")) as [number | null];
    if (code !== 0) failed.push(saver);
  }
  console.log(failed.length > 0 ? `\nFAILED: ${failed.join(", ")}` : "\nAll have passed.");
  return failed.length === 0;
}
