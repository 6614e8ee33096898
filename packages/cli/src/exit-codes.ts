/** What the exit code of every command says. */
export const exitCodes = {
  /** All is well, or done. */
  ok: 0,
  /** The command ran and found something: a clause that is not kept, a set-up that is wrong. */
  found: 1,
  /** The command could not do its work: wrong arguments, a file or a server that is missing. */
  unable: 2,
  /** It was stopped, as by ctrl-C. */
  interrupted: 130,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with a message for the user and no stack. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
}
