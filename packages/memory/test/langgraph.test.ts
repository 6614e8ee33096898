import { langGraphSuite } from "@threadmark/langgraph-tests";
import { openMemorySaver } from "./open-memory-saver.ts";

langGraphSuite({ name: "MemorySaver", open: openMemorySaver });
