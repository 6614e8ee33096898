import type { RedisSaver } from "@threadmark/redis";
import { Command, isInterrupted, isWorkflowError } from "@threadmark/workflow";
import { Hono } from "hono";
import { createRefund, type Decision, type Refund } from "./refund.ts";

/** A refund may be asked for in one process, and decided on in another. */
export function createApp(saver: RedisSaver): Hono {
  const refund = createRefund(saver);
  const app = new Hono();

  app.post("/refunds", async (c) => {
    const wanted = await c.req.json<Refund>();
    const result = await refund.invoke(wanted, configOf(wanted.order));
    if (isInterrupted(result)) return c.json({ waitsFor: `/approvals/${wanted.order}` }, 202);
    return c.json({ result });
  });

  app.get("/approvals", async (c) => {
    const open: unknown[] = [];
    for await (const { threadId, state } of saver.listThreads()) {
      if (state !== "interrupted") continue;
      const { tasks } = await refund.getState(configOf(threadId));
      open.push(...tasks.flatMap(({ interrupts }) => interrupts.map(({ value }) => value)));
    }
    return c.json({ open });
  });

  app.post("/approvals/:order", async (c) => {
    const decision = await c.req.json<Decision>();
    const answer = new Command({ resume: decision });
    return c.json({ result: await refund.invoke(answer, configOf(c.req.param("order"))) });
  });

  app.onError((error, c) => {
    // Someone else was faster, or no decision is open.
    if (isWorkflowError(error)) return c.json({ error: error.code, message: error.message }, 409);
    console.error(error);
    return c.json({ error: "INTERNAL" }, 500);
  });
  return app;
}

function configOf(order: string) {
  return { configurable: { thread_id: order } };
}
