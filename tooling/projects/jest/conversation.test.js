const { AIMessage, HumanMessage } = require("@langchain/core/messages");
const { MessagesAnnotation, StateGraph } = require("@langchain/langgraph");
const { PostgresSaver } = require("@threadmark/postgres");

const { STEP: step, THREAD: thread } = process.env;

test(`a conversation: ${step}`, async () => {
  const saver = PostgresSaver.fromConnString(process.env.POSTGRES_URL);
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("answer", () => ({ messages: [new AIMessage("hello")] }))
    .addEdge("__start__", "answer")
    .compile({ checkpointer: saver });
  const config = { configurable: { thread_id: thread } };
  if (step === "write") {
    await saver.setup();
    await graph.invoke({ messages: [new HumanMessage("hi")] }, config);
  } else {
    const { messages } = (await graph.getState(config)).values;
    expect(messages.map(({ content }) => content)).toEqual(["hi", "hello"]);
    expect(messages[0]).toBeInstanceOf(HumanMessage);
    expect(messages[1]).toBeInstanceOf(AIMessage);
  }
  await saver.close();
});
