import type { MemorySaver as LangGraphMemorySaver } from "@langchain/langgraph-checkpoint";
import type { MemorySaver } from "@threadmark/memory";
import {
  entrypoint,
  task,
  type Context,
  type Task,
  type Workflow,
  type WorkflowSaver,
} from "@threadmark/workflow";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <True extends true>(_expected?: True): void => {};

declare const ours: MemorySaver;
declare const theirs: LangGraphMemorySaver;
export const savers: WorkflowSaver[] = [ours, theirs];

const count = task("count", async (text: string, times?: number) => text.length * (times ?? 1));
same<Equal<typeof count, Task<[text: string, times?: number | undefined], number>>>();
same<Equal<ReturnType<typeof count>, Promise<number>>>();
// @ts-expect-error -- a task has the parameters of its function
void count(1);

const withContext = task(
  { name: "withContext", context: true },
  (context: Context, n: number) => [context.run.id, n] as const,
);
same<Equal<typeof withContext, Task<[n: number], readonly [string, number]>>>();

const split = entrypoint("split", async (n: number, { previous }: { previous?: string[] }) =>
  entrypoint.final({ value: n + (previous?.length ?? 0), save: ["kept"] }),
);
same<Equal<typeof split, Workflow<number, number, string[]>>>();
same<Equal<Awaited<ReturnType<typeof split.invoke>>, number>>();

const plain = entrypoint("plain", async (n: number) => `${n}`);
same<Equal<typeof plain, Workflow<number, string, string>>>();
// @ts-expect-error -- a workflow has the input of its body
void plain.invoke("1");

// @ts-expect-error -- `previous` is what `save` was, and not something else
entrypoint("wrong", async (n: number, { previous }: { previous?: number }) =>
  entrypoint.final({ value: n, save: String(previous) }),
);

const noted = entrypoint("noted", async (n: number, { previous, interrupt }: Context<string[]>) => {
  same<Equal<typeof previous, string[] | undefined>>();
  const note = interrupt<string>("note?");
  return entrypoint.final({ value: n, save: [...(previous ?? []), note] });
});
same<Equal<typeof noted, Workflow<number, number, string[]>>>();

const forgets = entrypoint("forgets", async (n: number) => entrypoint.final({ value: n }));
same<Equal<typeof forgets, Workflow<number, number, undefined>>>();
const silent = entrypoint("silent", async (n: number) => entrypoint.final({ save: n }));
same<Equal<typeof silent, Workflow<number, undefined, number>>>();

const sum = entrypoint("sum", async (n: number, { previous = 0 }: Context<number>) => previous + n);
same<Equal<typeof sum, Workflow<number, number, number>>>();

// @ts-expect-error -- the context has to have the type of what is saved
entrypoint("wrong", async (n: number, { previous }: Context<string>) =>
  entrypoint.final({ value: previous, save: n }),
);

// The type of a parameter is fixed before the body is checked, so TypeScript cannot infer it from the body.
entrypoint("open", async (n: number, { previous }) => {
  same<Equal<typeof previous, unknown>>();
  return entrypoint.final({ value: n, save: [n] });
});

export const called: Promise<number> = entrypoint("calls", async (_: number, { call }: Context) =>
  call(count, "a", 2),
).invoke(1);
