import { officialValidation } from "@threadmark/langgraph-tests";
import { countTests } from "@threadmark/services";
import { describe } from "vitest";
import { onServers } from "./saver-under-test.ts";

for (const { name, server, open } of onServers.slice(0, 1)) {
  describe(name, () => {
    countTests(server);
    officialValidation({ name, open });
  });
}
