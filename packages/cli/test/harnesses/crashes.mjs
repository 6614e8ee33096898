import { MemorySaver } from "@threadmark/memory";

/** Takes the process down in one clause, as a native driver may. */
export const open = async () => {
  const saver = new MemorySaver();
  const { getTuple } = saver;
  saver.getTuple = (config) => {
    if (/an-unknown-id/.test(config.configurable?.thread_id ?? "")) process.kill(process.pid, "SIGKILL");
    return getTuple.call(saver, config);
  };
  return { saver, close: async () => {} };
};
