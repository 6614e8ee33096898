import { serve } from "@hono/node-server";
import { PostgresSaver } from "@threadmark/postgres";
import { createApp } from "./app.ts";
import { createChat } from "./chat.ts";

const { FOLDER: folder = "./threads", PORT: port = "3000" } = process.env;
const saver = PostgresSaver.fromFolder(folder);
const { fetch } = createApp(createChat(saver));

const server = serve({ fetch, port: Number(port) }, (address) => {
  console.log(`Listening on http://localhost:${address.port}`);
});
process.once("SIGTERM", () => server.close(() => void saver.close()));
