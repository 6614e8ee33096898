import { turn } from "./turn.js";

/** As AWS Lambda calls it. */
export const handler = ({ STEP, THREAD }) => turn(STEP, THREAD);
