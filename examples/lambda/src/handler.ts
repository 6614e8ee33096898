import { PostgresSaver } from "@threadmark/postgres";
import { createCounter } from "./counter.ts";

/** The parts of API Gateway's event that are used here. */
interface Event {
  readonly pathParameters?: { readonly thread?: string };
  readonly body?: string;
}

// Outside the handler, so that warm calls use the same connection. One is enough: a function does one thing at a time.
const saver = PostgresSaver.fromConnString(process.env["POSTGRES_URL"] ?? "", {
  pool: { max: 1, allowExitOnIdle: true },
});
const counter = createCounter(saver);
let ready: Promise<void> | undefined;

/** As AWS Lambda calls it. */
export async function handler({ pathParameters, body = "" }: Event) {
  // A setup that failed is tried again by the next call.
  await (ready ??= saver.setup().catch((error: unknown) => {
    ready = undefined;
    throw error;
  }));
  const answer = await counter.invoke(body, { configurable: { thread_id: pathParameters?.thread ?? "" } });
  return { statusCode: 200, headers: { "content-type": "text/plain" }, body: answer };
}
