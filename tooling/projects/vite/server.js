import { turn } from "./turn.js";

console.log(await turn(process.env.STEP, process.env.THREAD));
