export { MemorySaver } from "@langchain/langgraph-checkpoint";
