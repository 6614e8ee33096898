import { isWorkflowError } from "@threadmark/workflow";
import { Hono } from "hono";
import { streamText } from "hono/streaming";
import type { createChat } from "./chat.ts";

/** `POST /threads/:id` with a text: the answer comes token by token. */
export function createApp(chat: ReturnType<typeof createChat>): Hono {
  const app = new Hono();
  app.post("/threads/:id", async (c) => {
    const config = { configurable: { thread_id: c.req.param("id") }, streamMode: "messages" as const };
    const tokens = chat.stream(await c.req.text(), config)[Symbol.asyncIterator]();
    // If the thread is busy, this throws, while there can still be a status that says so.
    let next = await tokens.next();
    return streamText(c, async (stream) => {
      for (; !next.done; next = await tokens.next()) await stream.write(String(next.value[0]));
    });
  });
  app.onError((error, c) => {
    if (isWorkflowError(error, "THREAD_BUSY")) return c.text("This thread is still answering.", 409);
    console.error(error);
    return c.text("Something went wrong.", 500);
  });
  return app;
}
