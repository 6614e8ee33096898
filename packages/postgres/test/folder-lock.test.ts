import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { hostname } from "node:os";
import { PostgresSaver } from "@threadmark/postgres";
import { enough, tell } from "@threadmark/random-tests";
import { countTests } from "@threadmark/services";
import { describe, expect, it } from "vitest";
import { folderWithDatabase, onPGlite } from "./saver-under-test.ts";

/** A process with its own numbers, network and host name, in which it is process 1: what a container is, less its files. */
const CONTAINER = "unshare --user --map-root-user --pid --net --uts --kill-child --fork --mount-proc".split(
  " ",
);

/** Opens the folder, says so, and stays until it is killed. */
function program(folder: string): string[] {
  const source = `
    import { PostgresSaver } from "@threadmark/postgres";
    const saver = PostgresSaver.fromFolder(${JSON.stringify(folder)});
    console.log(process.pid + " " + await saver.setup().then(() => "opened", (error) => error.code + " " + error.message));
    setInterval(() => {}, 1000);`;
  return [process.execPath, "--input-type=module", "--eval", source];
}

function start([command, ...args]: readonly string[]): ChildProcess {
  return spawn(command!, args, { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] });
}

async function saidBy(child: ChildProcess): Promise<string> {
  const [text] = (await once(child.stdout!, "data")) as [Buffer];
  return text.toString().trim();
}

async function crash(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "close");
}

const containers = spawnSync(CONTAINER[0]!, [...CONTAINER.slice(1), "true"]).status === 0;
if (!containers && process.platform === "linux" && process.env["TEST_REQUIRE"] === "all") {
  throw new Error(
    "this machine does not let its processes have namespaces, which the tests of containers need",
  );
}

describe("the lock of a folder", () => {
  countTests(onPGlite.server);

  it("names its owner, even one that is paused and does not answer", async () => {
    await using folder = await folderWithDatabase();
    const owner = start(program(folder.path));
    expect(await saidBy(owner)).toBe(`${owner.pid} opened`);
    owner.kill("SIGSTOP");
    const refused = await PostgresSaver.fromFolder(folder.path)
      .setup()
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "STORAGE_FAILED" });
    expect(String(refused)).toMatch(
      new RegExp(`process ${owner.pid} on host ${hostname()} since \\d{4}-\\d\\d-\\d\\dT`),
    );
    await crash(owner);
  });
});

describe.runIf(containers)("containers on one volume", () => {
  countTests(onPGlite.server);

  it("of two that are both process 1, one is refused, with the host of the other", async () => {
    await using folder = await folderWithDatabase();
    const name = ["sh", "-c", 'hostname first && exec "$@"', "sh"];
    const owner = start([...CONTAINER, ...name, ...program(folder.path)]);
    expect(await saidBy(owner)).toBe("1 opened");
    const second = start([...CONTAINER, ...program(folder.path)]);
    expect(await saidBy(second)).toMatch(/^1 STORAGE_FAILED .* process 1 on host first since /);
    await crash(second);
    await crash(owner);
  });

  it("one that crashes and is process 1 again opens the folder again", async () => {
    await using folder = await folderWithDatabase();
    for (let round = 0; round < enough(2); round++) {
      const container = start([...CONTAINER, ...program(folder.path)]);
      expect(await saidBy(container)).toBe("1 opened");
      await crash(container);
    }
    tell("PGlite", { "crashes of a process 1": enough(2) });
    // Nothing piles up: one socket for the last owner, its introduction, and the database.
    expect((await readdir(folder.path)).sort()).toEqual([`lock-${enough(2)}`, "owner.json", "pglite"]);
  });
});
