import { turn } from "../../turn.js";

export async function POST(request) {
  const [step, thread] = await request.json();
  return new Response(await turn(step, thread));
}
