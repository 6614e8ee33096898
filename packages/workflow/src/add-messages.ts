import { argumentsHash } from "./argument-hash.ts";
import { uuid5 } from "./uuid.ts";

/** A message: a plain object, or one of LangChain's. */
export interface MessageLike {
  readonly id?: string | undefined;
}

/** The id of a message that removes all messages before it. */
export const REMOVE_ALL = "__remove_all__";

/**
 * Merges messages: new ones are appended, one with a known id replaces the message with that id, and
 * `removeMessage(id)` removes it. A message without an id gets one, which is the same whenever the run is repeated.
 * Neither list is changed.
 *
 * @example
 * const messages = addMessages(previous ?? [], input);
 */
export function addMessages<Message extends object>(
  left: readonly Message[] | Message,
  right: readonly (Message | RemoveMessage)[] | Message | RemoveMessage,
): Message[] {
  const merged = new Map<string, Message>();
  let position = 0;
  const add = (message: Message | RemoveMessage): void => {
    const { id } = message as MessageLike;
    if (isRemoval(message)) {
      if (id === REMOVE_ALL) merged.clear();
      else merged.delete(id!);
      return;
    }
    const named =
      typeof id === "string" && id !== ""
        ? (message as Message)
        : withId(message as Message, position, merged);
    merged.set((named as { id: string }).id, named);
    position++;
  };
  for (const message of listOf(left)) add(message);
  position = merged.size;
  for (const message of listOf(right)) add(message);
  return [...merged.values()];
}

/** Removes a message from a list; see {@link addMessages}. */
export interface RemoveMessage {
  readonly role: "remove";
  readonly id: string;
}

/** A message that removes the one with this id; {@link REMOVE_ALL} removes all. */
export function removeMessage(id: string): RemoveMessage {
  return { role: "remove", id };
}

function isRemoval(message: object): boolean {
  const { role, type } = message as { role?: unknown; type?: unknown };
  return role === "remove" || type === "remove";
}

function listOf<Item>(items: readonly Item[] | Item): readonly Item[] {
  return Array.isArray(items) ? (items as readonly Item[]) : [items as Item];
}

/** Any constant; ids only need to differ within a list. */
const NAMESPACE = "6d1f0a5e-7c0b-5b0e-9a51-0f6f6c1c4d2e";

/** A random id would differ when the run is repeated, and so would the arguments of every task. */
function withId<Message extends object>(
  message: Message,
  position: number,
  taken: ReadonlyMap<string, unknown>,
): Message & { id: string } {
  let salt = position;
  let id: string;
  do id = uuid5(`${salt++} ${argumentsHash([message])}`, NAMESPACE);
  while (taken.has(id));
  const copy = Object.assign(
    Object.create(Object.getPrototypeOf(message) as object | null) as Message,
    message,
    { id },
  );
  const { lc_kwargs: kwargs } = message as { lc_kwargs?: object };
  // LangChain serializes a message from the arguments of its constructor.
  return kwargs ? Object.assign(copy, { lc_kwargs: { ...kwargs, id } }) : copy;
}
