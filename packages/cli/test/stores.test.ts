import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bin, threadmark } from "./run-cli.ts";
import { useThreadFolder } from "./thread-folder.ts";

const place = useThreadFolder(Array.from({ length: 40 }, (_, i) => `thread \u001b[31m ${i}`));

/** Packages are taken from this one, as a project's are. */
function run(...args: string[]) {
  return threadmark(args, { cwd: import.meta.dirname });
}

/** A process with this stops at its first line of progress until its input ends, so it cannot be faster than ctrl-C. */
const WAITING = `data:text/javascript,${encodeURIComponent(`
  import { readSync } from "node:fs";
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = (...args) => {
    process.stderr.write = write;
    write(...args);
    readSync(0, Buffer.alloc(1));
    return true;
  };`)}`;

describe("a PGlite folder", () => {
  it("is opened by its path, and what is stored cannot control the terminal", async () => {
    const { code, out, err } = await run("threads", place.threads, "--limit", "3");
    expect([code, err]).toEqual([0, ""]);
    expect(out.split("\n")).toHaveLength(5);
    expect(out).not.toContain("\u001b");
    expect(out).toContain(String.raw`thread \u{1b}[31m`);
  });

  it("loses nothing that nobody has agreed to", async () => {
    const deleted = await run("delete", place.threads, "thread \u001b[31m 1");
    expect(deleted).toMatchObject({ code: 2, out: "" });
    expect(deleted.err).toContain("nothing was removed; add --yes");
  });

  it("is migrated until Ctrl-C, and a second run continues", async () => {
    const copy = join(place.folder, "copy");
    const child = spawn(process.execPath, ["--import", WAITING, bin, "migrate", place.threads, copy], {
      cwd: import.meta.dirname,
    });
    let err = "";
    const ended = new Promise((resolve) => child.on("close", resolve));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (err === "") {
        child.kill("SIGINT");
        child.stdin.end();
      }
      err += text;
    });
    expect(await ended).toBe(130);
    expect(err).toContain("threadmark: stopped; run the same command again to continue\n");
    const { code, out } = await run("migrate", place.threads, copy, "--json");
    const report = JSON.parse(out) as { stored: number };
    expect([code, report]).toEqual([
      0,
      { threads: 40, checkpoints: 40, stored: report.stored, failures: [] },
    ]);
    expect(report.stored).toBeLessThan(40);
  });
});
