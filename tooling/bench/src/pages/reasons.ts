/** Why ours can need more processor time than the other saver, by database and scenario. */
const REASONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  postgres: {
    "": `LangGraph.js's saver sends each value as JSON, without regard to what it has stored before. Ours compares every value
with its last state, cuts and hashes what is new, and checks in the same statement that everything the checkpoint
relies on is stored. With few, short messages this costs more than it saves.`,
    filter: `Every listed row is checked against its seal, and the blobs of the result are fetched and checked too.`,
  },
  mongodb: {
    "": `LangGraph.js's saver stores a whole checkpoint with one upsert and does not wait for the journal. Ours also writes the
thread's document before and after it, so that a removal never leaves half a checkpoint, and waits for the journal.`,
    filter: `Every listed checkpoint is checked against its seal, and read with its thread, its writes and its blobs.`,
  },
  redis: {
    "": `One key per checkpoint is \`JSON.stringify\` and \`SET\`: it stores everything again each time, checks nothing, and keeps
no indexes. With short threads that is less work.`,
  },
  memory: {
    "": `LangGraph.js's saver calls \`JSON.stringify\` and keeps the text. Ours stores what a database would get: encoded,
cut, hashed and sealed, so that every value comes back with its type. In short threads that is a cost for each call,
not for each byte; [the decisions](decisions.md#where-the-time-of-a-short-thread-goes) say where the time goes.`,
    filter: `Every listed checkpoint is checked against its seal.`,
  },
  workflow: {
    "": `It runs on our saver in memory, and the reason given there applies here too.`,
  },
};

/** What a page says where ours needs more. */
export function reasonOf(database: string, scenario: string): { text: string; isGeneral: boolean } {
  const known = REASONS[database]!;
  const text = known[scenario.replace(/-network$/, "")];
  return { text: text ?? known[""]!, isGeneral: text === undefined };
}
