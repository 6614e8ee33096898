import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { chatOn, say } from "./chat.ts";
import { openDatabase } from "./database.ts";

const { pool } = await openDatabase();
const saver = new PostgresSaver(pool);
await saver.setup();

const chat = chatOn(saver);
await say(chat, "hello, I am Ann");
await say(chat, "please book a flight");
await saver.end();
