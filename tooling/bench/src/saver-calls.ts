import type { Checkpoint, CheckpointMetadata } from "@threadmark/core";
import type { WorkflowSaver } from "@threadmark/workflow";

export interface Message {
  readonly role: string;
  readonly content: string;
  readonly id: string;
}

export function questionOf(turn: number): Message {
  return { role: "user", content: `question number ${turn} of someone who asks`, id: `question ${turn}` };
}

export function answerTo({ length }: readonly Message[]): Message {
  const content = `answer number ${length}, which is somewhat longer than the question was`;
  return { role: "assistant", content, id: `answer ${length}` };
}

let made = 0;
const idOf = () => `1f1e9e7a-0d24-6cd0-8000-${String(++made).padStart(12, "0")}`;
const placeOf = (id?: string) => ({
  configurable: { thread_id: "t", checkpoint_ns: "", ...(id === undefined ? {} : { checkpoint_id: id }) },
});

/** The calls that a turn of a chat makes on its saver, with nothing around them. */
export function callsAlone(saver: WorkflowSaver): (turn: number) => Promise<unknown> {
  return async (turn) => {
    const before = (await saver.getTuple(placeOf()))?.checkpoint;
    const values: Record<string, unknown> = before?.channel_values ?? {};
    const input: Checkpoint = {
      v: 4,
      id: idOf(),
      ts: new Date().toISOString(),
      channel_values: { ...values, __start__: questionOf(turn), __pregel_tasks: [] },
      channel_versions: { ...before?.channel_versions, __start__: 2 * turn + 1 },
      versions_seen: { ...before?.versions_seen, __input__: {} },
    };
    await saver.put(placeOf(before?.id), input, metadataOf("input", 2 * turn - 1), {
      __start__: 2 * turn + 1,
    });
    const messages = [...((values["__previous__"] as Message[] | undefined) ?? []), questionOf(turn)];
    const answer = answerTo(messages);
    const all = [...messages, answer];
    await saver.putWrites(placeOf(input.id), [["__return__", answer]], TASK, "~__pregel_push");
    const results: [string, unknown][] = [
      ["__end__", answer],
      ["__previous__", all],
    ];
    await saver.putWrites(placeOf(input.id), results, BODY, "~__pregel_pull, chat");
    const version = 2 * turn + 2;
    const versions = { __start__: version, __end__: version, __previous__: version };
    const output: Checkpoint = {
      ...input,
      id: idOf(),
      ts: new Date().toISOString(),
      channel_values: { __end__: answer, __previous__: all, __pregel_tasks: [] },
      channel_versions: versions,
      versions_seen: { __input__: {}, chat: { __start__: 2 * turn + 1 }, callModel: {} },
    };
    await saver.put(placeOf(input.id), output, metadataOf("loop", 2 * turn), versions);
  };
}

const TASK = "8ae63dcc-6427-5786-bdb2-f54b99423ab7";
const BODY = "b2f4ec21-d178-5a86-a89b-f3a3568bee1b";

function metadataOf(source: CheckpointMetadata["source"], step: number): CheckpointMetadata {
  return { source, step, parents: {} };
}
