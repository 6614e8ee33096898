/** Names that LangGraph.js stores; they are the format of a thread and never change. */
export const START = "__start__";
export const END = "__end__";
export const PREVIOUS = "__previous__";
export const TASKS = "__pregel_tasks";
export const RETURN = "__return__";
export const ERROR = "__error__";
export const INTERRUPT = "__interrupt__";
export const RESUME = "__resume__";
export const INPUT = "__input__";
export const PULL = "__pregel_pull";
export const PUSH = "__pregel_push";
/** The task of writes that come from outside: a plain answer, an update by a command. */
export const OUTSIDE = "00000000-0000-0000-0000-000000000000";

/**
 * Ours: what was called, stored with the result of the call. LangGraph.js ignores channels that it does not know, so
 * this can be in the same batch as the result, and is stored with it or not at all.
 */
export const CALL = "__threadmark_call__";

/** Separates the levels of a namespace, and a name from the id of its task. */
export const LEVEL = "|";
export const TASK_OF = ":";
