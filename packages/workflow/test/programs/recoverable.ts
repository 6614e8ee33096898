// As a program: begins a run in a folder, and hangs in its second task until it is killed.
import { PostgresSaver } from "@threadmark/postgres";
import { entrypoint, task, type Workflow, type WorkflowSaver } from "@threadmark/workflow";

export type Second = () => Promise<string>;

export function orderOn(
  checkpointer: WorkflowSaver,
  log: string[],
  second: Second,
): Workflow<string, string> {
  const first = task("first", async (input: string) => {
    log.push("first runs");
    return `${input}, first`;
  });
  const last = task("second", second);
  return entrypoint({ name: "order", checkpointer }, async (input: string) => {
    return `${await first(input)}, ${await last()}`;
  });
}

const [folder] = process.argv.slice(2);
if (import.meta.filename === process.argv[1] && folder) {
  const saver = PostgresSaver.fromFolder(folder);
  await saver.setup();
  const hang = async (): Promise<string> => {
    process.stdout.write("midway");
    return new Promise<string>((resolve) => setTimeout(() => resolve("too late"), 600_000));
  };
  await orderOn(saver, [], hang).invoke("input", { configurable: { thread_id: "t" }, lease: 100 });
}
