import { isSameJson } from "./argument-hash.ts";
import { isCommand, type Interrupt } from "./command.ts";
import { WorkflowError } from "./errors.ts";
import type { Journal } from "./journal.ts";
import { RESUME } from "./layout.ts";

/** A question without an answer. */
export interface OpenQuestion {
  readonly interrupt: Interrupt;
  /** Its id also names earlier questions of the task, so a stored answer may be to one of those. */
  readonly sharesId: boolean;
}

/** All questions that a checkpoint's writes leave open, each once, in the order of their tasks. */
export function openQuestions(journal: Journal): OpenQuestion[] {
  return asked(journal).filter(
    ({ interrupt, sharesId }) => sharesId || journal.of(interrupt.id).answers.length === 0,
  );
}

/** Open questions and those whose answer was stored but not yet used. */
function asked(journal: Journal): OpenQuestion[] {
  const closed = new Set<string>();
  for (const rows of journal.tasks.values()) {
    if (rows.result || rows.end) for (const { id } of rows.interrupts) closed.add(id);
  }
  const questions = new Map<string, OpenQuestion>();
  for (const rows of journal.tasks.values()) {
    if (rows.result || rows.end) continue;
    for (const interrupt of rows.interrupts) {
      if (closed.has(interrupt.id) || questions.has(interrupt.id)) continue;
      questions.set(interrupt.id, { interrupt, sharesId: rows.sharesIds });
    }
  }
  return [...questions.values()];
}

/** Answers by id, as a checkpoint holds them. */
export function storedAnswers(journal: Journal): Map<string, unknown> {
  const answers = new Map<string, unknown>();
  for (const { interrupt, sharesId } of asked(journal)) {
    const rows = journal.of(interrupt.id);
    if (!sharesId && rows.answers.length > 0) answers.set(interrupt.id, rows.answers.at(-1));
  }
  return answers;
}

/** Whether a command has an answer, by LangGraph.js's rule. */
export function bringsAnswer(input: unknown): boolean {
  return isCommand(input) && input.resume !== undefined && input.resume !== null;
}

/**
 * Finds the question of each answer in a command. An answer can only go to a question that is open now: it is tied to
 * the id of the question before anything is stored or run.
 *
 * @throws WorkflowError `NOT_PAUSED`, `ALREADY_RESUMED`, `UNKNOWN_INTERRUPT`, `AMBIGUOUS_RESUME`.
 */
export function matchAnswers(resume: unknown, journal: Journal, thread: string): Map<string, unknown> {
  const open = openQuestions(journal);
  if (open.length === 0) refuse(asked(journal).length > 0, thread);
  const ids = open.map(({ interrupt }) => interrupt.id);
  const listed = `open questions: ${ids.join(", ")}`;
  if (isAnswerMap(resume)) {
    const unknown = Object.keys(resume).filter((id) => !ids.includes(id));
    if (unknown.length === 0) return new Map(Object.entries(resume));
    throw new WorkflowError(
      "UNKNOWN_INTERRUPT",
      `thread "${thread}" has no open question ${unknown.join(", ")}; ${listed}`,
    );
  }
  if (ids.length === 1) return new Map([[ids[0]!, resume]]);
  throw new WorkflowError(
    "AMBIGUOUS_RESUME",
    `thread "${thread}" has ${ids.length} open questions; say which one you answer: ` +
      `new Command({ resume: { [id]: answer } }); ${listed}`,
  );
}

function refuse(answered: boolean, thread: string): never {
  if (answered) {
    throw new WorkflowError(
      "ALREADY_RESUMED",
      `the question of thread "${thread}" was already answered; continue with invoke(null)`,
    );
  }
  throw new WorkflowError("NOT_PAUSED", `thread "${thread}" is not paused, so no question is open`);
}

function isAnswerMap(resume: unknown): resume is Record<string, unknown> {
  if (typeof resume !== "object" || resume === null || Array.isArray(resume)) return false;
  const keys = Object.keys(resume);
  return keys.length > 0 && keys.every((key) => /^[\da-f]{32}$/.test(key));
}

/**
 * An answer that LangGraph.js stored without saying what it answers, before its process ended. It
 * counts only for a single open question, and only if it cannot have been used: LangGraph.js leaves
 * it in place afterwards, where it would answer the next question.
 */
export function looseAnswer(journal: Journal): { id: string; value: unknown } | undefined {
  const loose = journal.outside.find(([channel, value]) => channel === RESUME && value !== undefined);
  const open = openQuestions(journal);
  if (!loose || open.length !== 1) return undefined;
  const value = loose[1];
  const used = [...journal.tasks.values()].some(
    ({ answers }) => answers.length > 0 && isSameJson(answers.at(-1), value),
  );
  return used ? undefined : { id: open[0]!.interrupt.id, value };
}

/** Whether there is a stored answer of that kind, used or not. */
export function holdsLooseAnswer(journal: Journal): boolean {
  return journal.outside.some(([channel, value]) => channel === RESUME && value !== undefined);
}
