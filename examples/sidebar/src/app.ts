import type { CheckpointSaver, ThreadInfo } from "@threadmark/core";
import { Hono, type Context } from "hono";
import { createChat, nameConversation } from "./chat.ts";

const PAGE = 20;

/** The conversations of each user. Who that is stands in a header; in your application it is the session that says so. */
export function createApp(saver: CheckpointSaver): Hono {
  const chat = createChat(saver);
  const app = new Hono();

  app.post("/threads", async (c) => {
    const id = crypto.randomUUID();
    const text = await c.req.text();
    const messages = await chat.invoke(text, { configurable: { thread_id: id, user: userOf(c) } });
    const title = await nameConversation.invoke(text);
    await saver.updateThread(id, { metadata: { title } });
    return c.json({ id, title, messages }, 201);
  });

  app.get("/threads", async (c) => {
    const before = c.req.query("before");
    const threads: ThreadInfo[] = [];
    const filter = { user: userOf(c) };
    for await (const thread of saver.listThreads({ filter, before, limit: PAGE })) threads.push(thread);
    const next = threads.length === PAGE ? threads.at(-1)?.cursor : undefined;
    return c.json({ threads: threads.map(itemOf), next });
  });

  app.delete("/threads", async (c) => {
    return c.json({ deleted: await saver.deleteThreads({ filter: { user: userOf(c) } }) });
  });

  // Ids come from outside: whatever follows happens only to threads of this user.
  app.use("/threads/:id", async (c, next) => {
    const thread = await saver.getThread(c.req.param("id"));
    return thread?.metadata["user"] === userOf(c) ? next() : c.notFound();
  });

  app.get("/threads/:id", async (c) => {
    const { values } = await chat.getState({ configurable: { thread_id: c.req.param("id") } });
    return c.json({ messages: values });
  });

  app.post("/threads/:id", async (c) => {
    const configurable = { thread_id: c.req.param("id"), user: userOf(c) };
    return c.json({ messages: await chat.invoke(await c.req.text(), { configurable }) });
  });

  app.patch("/threads/:id", async (c) => {
    const { title } = await c.req.json<{ title: string }>();
    await saver.updateThread(c.req.param("id"), { metadata: { title } });
    return c.json({ title });
  });

  app.delete("/threads/:id", async (c) => {
    await saver.deleteThread(c.req.param("id"));
    return c.body(null, 204);
  });

  return app;
}

function userOf(c: Context): string {
  return c.req.header("x-user") ?? "nobody";
}

function itemOf({ threadId, metadata, state, updatedAt }: ThreadInfo) {
  return { id: threadId, title: metadata["title"], state, updatedAt };
}
