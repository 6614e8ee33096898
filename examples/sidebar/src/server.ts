import { serve } from "@hono/node-server";
import { PostgresSaver } from "@threadmark/postgres";
import { createApp } from "./app.ts";

const { FOLDER: folder = "./threads", PORT: port = "3000" } = process.env;
const saver = PostgresSaver.fromFolder(folder, {
  // Stored with the thread by every run.
  threadMetadata: ({ configurable }) => ({ user: configurable?.["user"] }),
});

const server = serve({ fetch: createApp(saver).fetch, port: Number(port) }, (address) => {
  console.log(`Listening on http://localhost:${address.port}`);
});
process.once("SIGTERM", () => server.close(() => void saver.close()));
