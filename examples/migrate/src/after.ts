import { PostgresSaver as OldPostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { PostgresSaver } from "@threadmark/postgres";
import { chatOn, reply, say } from "./chat.ts";
import { openDatabase } from "./database.ts";

const { pool, client } = await openDatabase();
const saver = new PostgresSaver(client, { adopt: new OldPostgresSaver(pool) });
await saver.setup();

const chat = chatOn(saver);
await reply(chat, "yes");
await say(chat, "who am I?");
await saver.end();
await pool.end();
