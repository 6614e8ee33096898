import { beforeEach } from "vitest";
import { nameOf, type Server } from "./server.ts";

/** Counts the tests of the file, or of the `describe` it is called in, for the table at the end of the run. */
export function countTests(server: Pick<Server, "kind" | "version">): void {
  beforeEach(({ task }) => {
    const { meta } = task as { meta: { servers?: string[] } };
    meta.servers = [...(meta.servers ?? []), nameOf(server)];
  });
}
