import { afterAll, describe, it } from "bun:test";
import { conformance } from "@threadmark/core/conformance";
import { subject } from "./subject.mjs";

conformance({ ...subject, runner: { describe, it, afterAll }, without: ["reopen"] });
