import { remember } from "./program.js";

await remember();
