/** The exit codes of every command. */
export const exitCodes = {
  /** All is well, or done. */
  ok: 0,
  /** The command ran and found something: a clause that fails, a setup that is wrong. */
  found: 1,
  /** The command could not run: wrong arguments, a missing file or server. */
  unable: 2,
  /** It was stopped, for example by Ctrl-C. */
  interrupted: 130,
} as const;

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with a message for the user and no stack. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
}
