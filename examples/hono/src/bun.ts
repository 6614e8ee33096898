import { PostgresSaver } from "@threadmark/postgres";
import { createApp } from "./app.ts";
import { createChat } from "./chat.ts";

const { FOLDER: folder = "./threads", PORT: port = "3000" } = process.env;
const saver = PostgresSaver.fromFolder(folder);

process.once("SIGTERM", () => void saver.close().then(() => process.exit()));

/** Bun serves what the program exports, and prints the address. */
export default { fetch: createApp(createChat(saver)).fetch, port: Number(port) };
