import { conformance } from "@threadmark/core/conformance";
import { enough, seed } from "@threadmark/random-tests";
import { countTests } from "@threadmark/services";
import { describe, it } from "vitest";
import { onPGlite, onServers, onPreparedStatements } from "./saver-under-test.ts";

for (const [index, { name, server, open }] of [...onServers, onPreparedStatements, onPGlite].entries()) {
  const sequences = enough(index === 0 ? 40 : 10);
  describe(name, () => {
    countTests(server);
    conformance({ name, runner: { describe, it }, open, share: true, everything: true, seed, sequences });
  });
}
