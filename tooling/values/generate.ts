import { writeFile } from "node:fs/promises";
import { groups } from "./kinds.ts";
import { pageOf } from "./page.ts";
import { store } from "./store.ts";

const findings = await Promise.all(groups.flatMap(({ kinds }) => kinds).map(store));
await writeFile(new URL("../../docs/values.md", import.meta.url), pageOf(groups, findings));
