export { HumanMessage } from "@langchain/core/messages";
export { Command } from "@langchain/langgraph";
