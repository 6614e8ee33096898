import { remember, resume } from "./program.js";

await remember();
await resume();
