import { serve } from "@hono/node-server";
import { RedisSaver } from "@threadmark/redis";
import { createApp } from "./app.ts";

const { REDIS_URL: url = "redis://localhost:6379", PORT: port = "3000", KEY_PREFIX: keyPrefix } = process.env;
const saver = RedisSaver.fromUrl(url, { keyPrefix });

const server = serve({ fetch: createApp(saver).fetch, port: Number(port) }, (address) => {
  console.log(`Listening on http://localhost:${address.port}`);
});
process.once("SIGTERM", () => server.close(() => void saver.close()));
