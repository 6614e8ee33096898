/** The workload of the growth benchmark: a chat that gets longer. */

export interface Message {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** Characters of a message. */
export const MESSAGE_LENGTH = 500;

const WORDS =
  "about after again agent answer before below between could every first found great house large learn never other place plant point right small sound spell still study their there these thing think three water where which world would write".split(
    " ",
  );

/** Text that looks like prose and is always the same for a seed. */
function prose(seed: number, length: number): string {
  let state = seed + 1;
  let text = "";
  while (text.length < length) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    text += `${WORDS[(state >>> 8) % WORDS.length]} `;
  }
  return text.slice(0, length);
}

/** The two messages of a turn. */
export function turn(index: number): [Message, Message] {
  return [
    { id: `u${index}`, role: "user", content: prose(2 * index, MESSAGE_LENGTH) },
    { id: `a${index}`, role: "assistant", content: prose(2 * index + 1, MESSAGE_LENGTH) },
  ];
}
