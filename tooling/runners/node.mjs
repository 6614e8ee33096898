import { after, describe, it } from "node:test";
import { conformance } from "@threadmark/conformance";
import { subject } from "./subject.mjs";

conformance({ ...subject, runner: { describe, it: (name, test) => it(name, test), afterAll: after } });
