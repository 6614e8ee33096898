import { officialValidation } from "@threadmark/langgraph-tests";
import { countTests } from "@threadmark/services";
import { describe } from "vitest";
import { subjects } from "./saver-under-test.ts";

for (const { name, server, open } of subjects) {
  describe(name, () => {
    countTests(server);
    officialValidation({ name, open });
  });
}
