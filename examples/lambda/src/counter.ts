import { entrypoint, task, type WorkflowSaver } from "@threadmark/workflow";

/** Stands in for a model. */
const callModel = task("callModel", async (texts: string[]): Promise<string> => {
  return `${texts.length}: you have said ${texts.join(", ")}`;
});

/** Remembers what was said in a thread. */
export function createCounter(checkpointer: WorkflowSaver) {
  return entrypoint(
    { name: "counter", checkpointer },
    async (text: string, { previous = [] }: { previous?: string[] }) => {
      const texts = [...previous, text];
      return entrypoint.final({ value: await callModel(texts), save: texts });
    },
  );
}
