import { HumanMessage } from "@langchain/core/messages";
import type { MessagesAnnotation } from "@langchain/langgraph";
import { chat, setUp } from "../../../lib/chat";

/** `{ thread, text }`: the answer comes token by token. */
export async function POST(request: Request): Promise<Response> {
  const { thread, text } = (await request.json()) as { thread: string; text: string };
  await setUp();
  const tokens = await chat.stream(
    { messages: [new HumanMessage(text)] },
    { configurable: { thread_id: thread }, streamMode: "messages", signal: request.signal },
  );
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    async pull(controller) {
      const { done, value } = await tokens.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value[0].text));
    },
    cancel: () => tokens.cancel(),
  });
  return new Response(body, { headers: { "content-type": "text/plain; charset=utf-8" } });
}

/** `?thread=…`: what was said in it. */
export async function GET(request: Request): Promise<Response> {
  const thread = new URL(request.url).searchParams.get("thread") ?? "";
  await setUp();
  const { values } = await chat.getState({ configurable: { thread_id: thread } });
  const messages = (values as typeof MessagesAnnotation.State).messages ?? [];
  return Response.json(messages.map((message) => ({ role: message.getType(), text: message.text })));
}
