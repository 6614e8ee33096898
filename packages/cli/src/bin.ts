#!/usr/bin/env node
import { main } from "./main.ts";

// The reader of the output may close it early: `threadmark threads … | head`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}
process.exitCode = await main(process.argv.slice(2));
