import { className, show } from "@threadmark/core/comparison";
import { NotApplicable, ensure, expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause, ClauseContext } from "../clause.ts";
import { TestThread } from "../thread.ts";

type Class = new (...args: unknown[]) => object;

/** Classes by name; only what the clause needs of them. */
type Module = Readonly<Record<string, unknown>>;

const HINT =
  "Store the class of an object, and create an instance of it when reading: LangGraph tests with instanceof, and plain objects are not messages.";

export const messageClauses: readonly Clause[] = [
  clause("messages/stay-messages", {
    rule: "LangChain messages come back as instances of their classes, with content, name, id, tool calls and all other fields, in channels and in pending writes.",
    hint: HINT,
    async run(context) {
      const messages = await langchainMessages();
      const make = (): object[] => [
        instance(messages, "HumanMessage", { content: "hello", id: "1", name: "bob" }),
        instance(messages, "AIMessage", {
          content: [{ type: "text", text: "let me look" }],
          id: "2",
          tool_calls: [{ name: "look", args: { at: [1, 2] }, id: "call", type: "tool_call" }],
          response_metadata: { finish_reason: "tool_calls" },
          usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
        }),
        instance(messages, "ToolMessage", { content: "42", tool_call_id: "call", artifact: { rows: [1] } }),
        instance(messages, "SystemMessage", { content: "be kind", additional_kwargs: { a: 1 } }),
        instance(messages, "RemoveMessage", { id: "1" }),
      ];
      await expectInstances(context, make, (message) => fieldsOf(message, MESSAGE_FIELDS));
    },
  }),
  clause("messages/sends-and-commands-stay-what-they-are", {
    rule: "`Send` and `Command` of LangGraph come back as instances of their classes, with node, arguments, update, resume and goto.",
    hint: HINT,
    async run(context) {
      const langgraph = await langgraphClasses();
      const make = (): object[] => [
        instance(langgraph, "Send", "node", { list: [1, { a: 2 }] }),
        instance(langgraph, "Command", { update: { a: 1 }, goto: "other" }),
        instance(langgraph, "Command", { resume: { id: "answer" } }),
      ];
      await expectInstances(context, make, (value) => fieldsOf(value, LANGGRAPH_FIELDS));
    },
  }),
];

const MESSAGE_FIELDS = [
  "content",
  "id",
  "name",
  "tool_calls",
  "tool_call_id",
  "artifact",
  "additional_kwargs",
  "response_metadata",
  "usage_metadata",
] as const;
const LANGGRAPH_FIELDS = ["node", "args", "update", "resume", "goto"] as const;

async function expectInstances(
  { saver, threadId }: ClauseContext,
  make: () => object[],
  fields: (value: object) => unknown,
): Promise<void> {
  const thread = new TestThread(saver, threadId());
  await thread.put({ id: 1, values: { list: make() } });
  await thread.write(
    1,
    make().map((value) => ["list", value]),
  );
  const values = await thread.values();
  const written = (await thread.writes(1)).map(([, , value]) => value);
  for (const [place, found] of [
    ["a channel", values["list"]],
    ["pending writes", written],
  ] as const) {
    const list: unknown[] = Array.isArray(found) ? found : [found];
    for (const [i, expected] of make().entries()) {
      const actual = list[i];
      const name = className(expected);
      // A spread copy keeps the brand that a message's instanceof checks, but loses the methods.
      ensure(
        actual instanceof (expected.constructor as Class) && className(actual) === name,
        `A ${name} in ${place} came back as ${show(actual)}, which is not an instance of ${name}.`,
      );
      expectSame(fields(actual), fields(expected), `The fields of a ${name} in ${place}`);
    }
  }
}

function fieldsOf(value: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, Reflect.get(value, name)]));
}

function instance(module: Module, name: string, ...args: unknown[]): object {
  const found = module[name];
  if (typeof found !== "function") throw new NotApplicable(`the installed package has no ${name}`);
  return new (found as Class)(...args);
}

async function langchainMessages(): Promise<Module> {
  try {
    return await import("@langchain/core/messages");
  } catch {
    throw new NotApplicable("@langchain/core is not installed");
  }
}

async function langgraphClasses(): Promise<Module> {
  try {
    return await import("@langchain/langgraph/web");
  } catch {
    throw new NotApplicable("@langchain/langgraph is not installed");
  }
}
