import { continuationOn } from "./continuation.ts";
import { savers } from "./runtimes.ts";

for (const [name, makeSaver] of savers) continuationOn(name, makeSaver);
