import type { Place, Saver } from "../place.ts";
import { prose } from "../text.ts";
import { Steps } from "./steps.ts";
import { configOf } from "./thread.ts";

/** Reads all checkpoints of a thread, as a process does that has not seen it before. */
export async function readHistory(place: Place, thread: string, checkpoints: number): Promise<void> {
  const saver = await place.reopen();
  let count = 0;
  for await (const { checkpoint } of saver.list(configOf(thread))) count += checkpoint ? 1 : 0;
  if (count !== checkpoints) throw new Error(`${count} of ${checkpoints} checkpoints were listed`);
}

/** Checkpoints of a thread, each with another user in its metadata. */
export async function putUsers(saver: Saver, thread: string, users: number): Promise<void> {
  const steps = new Steps(saver, thread, undefined);
  for (let user = 0; user < users; user++) {
    await steps.put("loop", { text: prose(user, 300) }, ["text"], { user: `user ${user}` });
  }
}

/** Finds the only checkpoint of a user. */
export async function findUser(saver: Saver, thread: string, user: number): Promise<void> {
  let count = 0;
  for await (const { metadata } of saver.list(configOf(thread), { filter: { user: `user ${user}` } })) {
    if ((metadata as { user?: string }).user === `user ${user}`) count++;
  }
  if (count !== 1) throw new Error(`user ${user} was found ${count} times`);
}
