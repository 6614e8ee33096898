import { PostgresSaver } from "@threadmark/postgres";

/** Stores a checkpoint, or says what an earlier process has stored. */
export async function turn(step, thread) {
  const saver = PostgresSaver.fromConnString(process.env.POSTGRES_URL);
  const config = { configurable: { thread_id: thread, checkpoint_ns: "" } };
  try {
    if (step === "write") {
      await saver.setup();
      const checkpoint = {
        v: 4,
        id: "1efd4a2c-0000-6000-8000-000000000000",
        ts: "2026-01-01T00:00:00.000Z",
        channel_values: { when: new Date(0), text: "x".repeat(5000) },
        channel_versions: { when: 1, text: 1 },
        versions_seen: {},
      };
      await saver.put(
        config,
        checkpoint,
        { source: "input", step: -1, parents: {} },
        checkpoint.channel_versions,
      );
      return "written";
    }
    const { when, text } = (await saver.getTuple(config)).checkpoint.channel_values;
    return `read ${when.toISOString()} and ${text.length} characters`;
  } finally {
    await saver.close();
  }
}
