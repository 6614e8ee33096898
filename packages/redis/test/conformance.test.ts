import { conformance } from "@threadmark/core/conformance";
import { countTests } from "@threadmark/services";
import { describe, it } from "vitest";
import { subjects } from "./saver-under-test.ts";

for (const { name, server, open } of subjects) {
  describe(name, () => {
    countTests(server);
    conformance({ name, runner: { describe, it }, open, share: true, everything: true });
  });
}
