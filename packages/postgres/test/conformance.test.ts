import { conformanceOf } from "@threadmark/storage-tests/conformance";
import { onPGlite, onPreparedStatements, onServers } from "./saver-under-test.ts";

conformanceOf([...onServers, onPreparedStatements, onPGlite]);
