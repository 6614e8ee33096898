import { remember } from "./program.js";

// A Worker may do nothing but define things while it loads, so this also shows that loading does nothing more.
export default { test: remember };
