import { remember, resume } from "./program.js";

// A Worker may do nothing but define things while it loads, so this also shows that loading does nothing more.
export default {
  async test(): Promise<void> {
    await remember();
    await resume();
  },
};
