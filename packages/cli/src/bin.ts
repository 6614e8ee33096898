#!/usr/bin/env node
import { main } from "./main.ts";

// Whoever reads the output may have seen enough: `threadmark threads … | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
process.exitCode = await main(process.argv.slice(2));
