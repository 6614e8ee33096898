// Prints the growth of a chat, side by side with LangGraph.js's own saver.
import { parseArgs } from "node:util";
import { runGrowth } from "./growth.ts";

const { values } = parseArgs({
  options: {
    turns: { type: "string", default: "50,200,1000,5000" },
    // Its time grows with the square of the turns: 1,000 take more than a minute, 5,000 an hour.
    "official-max": { type: "string", default: "1000" },
  },
});
console.log(await runGrowth(values.turns.split(",").map(Number), Number(values["official-max"])));
