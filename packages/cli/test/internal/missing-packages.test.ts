import { describe, expect, it } from "vitest";
import { threadmark } from "../run-cli.ts";

/** In this repository the command has none of these packages; where everything is installed, nothing is missing. */
function run(...args: string[]) {
  return threadmark(args, { cwd: import.meta.dirname });
}

describe("packages that are not installed", () => {
  it.each([
    ["mongodb://user:secret@localhost:1/", "npm install @threadmark/mongodb mongodb"],
    ["langgraph+redis://:secret@localhost:1/0", "npm install @langchain/langgraph-checkpoint-redis redis"],
  ])("are named with the command that installs them: %s", async (address, message) => {
    const { code, out, err } = await run("threads", address);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(out + err).not.toContain("secret");
  });
});
