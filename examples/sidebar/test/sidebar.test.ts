import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { putPGlite } from "@threadmark/services/pglite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProgram, type Program } from "../../../tooling/program.ts";

const here = new URL("../", import.meta.url);
const command = [process.execPath, "src/server.ts"] as const;
let folder: { path: string; remove(): Promise<void> };
let server: Program;
const start = () => startProgram(here, command, { FOLDER: join(folder.path, "threads") });

beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), "threadmark-sidebar-"));
  await putPGlite(join(folder.path, "threads"));
  server = await start();
});
afterAll(async () => {
  await server.stop();
  await folder.remove();
});

async function ask(user: string, method: string, path: string, body?: unknown) {
  const response = await server.ask(method, path, body, { "x-user": user });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") ? JSON.parse(text) : text };
}

async function listed(user: string, query = "") {
  const { body } = await ask(user, "GET", `/threads${query}`);
  return body as { threads: { id: string; title: string; state: string }[]; next?: string };
}

describe("a sidebar", () => {
  it("lists the conversations of each user with their titles, the last used first", async () => {
    const bread = await ask("bob", "POST", "/threads", "How do I bake bread at home, please?");
    expect(bread).toMatchObject({ status: 201, body: { title: "How do I bake" } });
    const tea = await ask("bob", "POST", "/threads", "Green tea");
    await ask("alice", "POST", "/threads", "Something else");
    expect((await listed("bob")).threads).toMatchObject([
      { id: tea.body.id, title: "Green tea", state: "idle" },
      { id: bread.body.id, title: "How do I bake", state: "idle" },
    ]);

    const more = await ask("bob", "POST", `/threads/${bread.body.id}`, "And how long?");
    expect(more.body.messages.at(-1).content).toBe("You have asked 2 of me.");
    await ask("bob", "PATCH", `/threads/${bread.body.id}`, { title: "Baking" });
    expect((await listed("bob")).threads.map(({ title }) => title)).toEqual(["Baking", "Green tea"]);
  });

  it("keeps it all when the server is restarted", async () => {
    const before = await listed("bob");
    await server.stop();
    server = await start();
    expect(await listed("bob")).toEqual(before);
    const [first] = before.threads;
    expect((await ask("bob", "GET", `/threads/${first!.id}`)).body.messages).toHaveLength(4);
  });

  it("shows nobody the conversations of another", async () => {
    const [first] = (await listed("bob")).threads;
    for (const method of ["GET", "POST", "PATCH", "DELETE"]) {
      const body = method === "GET" ? undefined : "{}";
      expect(await ask("alice", method, `/threads/${first!.id}`, body)).toMatchObject({ status: 404 });
    }
    expect((await listed("alice")).threads).toHaveLength(1);
  });

  it("pages through a long list", async () => {
    for (let i = 0; i < 25; i++) await ask("carol", "POST", "/threads", `Number ${i}`);
    const first = await listed("carol");
    const second = await listed("carol", `?before=${encodeURIComponent(first.next!)}`);
    expect(first.threads).toHaveLength(20);
    expect(second.threads.map(({ title }) => title)).toEqual([4, 3, 2, 1, 0].map((i) => `Number ${i}`));
    expect(second.next).toBeUndefined();
  });

  it("deletes one conversation, or all of a user", async () => {
    const [first] = (await listed("bob")).threads;
    expect((await ask("bob", "DELETE", `/threads/${first!.id}`)).status).toBe(204);
    expect((await listed("bob")).threads.map(({ title }) => title)).toEqual(["Green tea"]);
    expect((await ask("carol", "DELETE", "/threads")).body).toEqual({ deleted: 25 });
    expect((await listed("carol")).threads).toEqual([]);
    expect((await listed("alice")).threads).toHaveLength(1);
  });
});
