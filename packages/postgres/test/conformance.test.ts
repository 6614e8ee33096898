import { conformance, type Runner } from "@threadmark/core/conformance";
import { countTests } from "@threadmark/services";
import { describe, it } from "vitest";
import { onPGlite, onServers } from "./saver-under-test.ts";

/** The suite takes any runner, and so does not know the context that vitest hands to a test. */
const runner: Runner = {
  describe,
  it: (title, test, timeout) => it(title, (context) => test(context as never), timeout),
};

for (const { name, server, open } of [...onServers, onPGlite]) {
  describe(name, () => {
    countTests(server);
    conformance({ name, runner, open, share: true, everything: true });
  });
}
