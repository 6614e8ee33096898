import { afterAll, describe, it } from "bun:test";
import { conformance } from "@threadmark/conformance";
import { subject } from "./subject.mjs";

conformance({ ...subject, runner: { describe, it, afterAll }, without: ["reopen"] });
