import { officialValidation } from "@threadmark/langgraph-tests";
import { openMemorySaver } from "./open-memory-saver.ts";

// Not "MemorySaver", for which the official suite leaves out what LangGraph.js's own cannot do.
officialValidation({ name: "@threadmark/memory", open: openMemorySaver });
