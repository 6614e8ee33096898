import { setTimeout } from "node:timers/promises";
import type { Command, Machine, Program } from "./machine.ts";
import { PATIENCE } from "./patience.ts";

/** One program of a server. Its port and its folder stay the same as long as the server is there. */
export interface Node {
  readonly port: number;
  /** As servers and clients name it: `127.0.0.1:` and the port. */
  readonly address: string;
  /**
   * Ends it and resolves when it has ended. What it had not written is lost.
   *
   * @param signal what to end it with. @default "SIGKILL"
   */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again after `kill`, with the files that it left. Resolves when it answers. */
  start(): Promise<void>;
  /**
   * Removes the last bytes of one of its files, as when the machine ends before they have reached the disk. Only between
   * `kill` and `start`.
   *
   * @param file in its folder.
   */
  cut(file: string, bytes: number): Promise<void>;
  /** It does not answer any more, and its connections stay open. */
  pause(): Promise<void>;
  /** It goes on after `pause`. */
  resume(): Promise<void>;
}

/** Rejects as long as what listens on the port does not answer as it should. */
export type Answers = (port: number) => Promise<unknown>;

/** Starts a program of a machine. */
export async function startNode(
  machine: Machine,
  port: number,
  command: Command,
  answers: Answers,
): Promise<Node> {
  const program = machine.program(String(port), command);
  const untilAnswer = async (startAgain: boolean): Promise<void> => {
    await program.start();
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const error = await answers(port).then(
        () => undefined,
        (reason: Error) => reason,
      );
      if (!error) return;
      if (Date.now() > deadline) throw await failure(command, program, error);
      if (!(await program.isRunning())) {
        if (!startAgain) throw await failure(command, program, error);
        await program.start();
      }
      await setTimeout(50);
    }
  };
  await untilAnswer(false);
  return {
    port,
    address: `127.0.0.1:${port}`,
    kill: (signal = "SIGKILL") => program.signal(signal, true),
    // What is left of a killed one may hold its files for a moment, such as the children of Postgres.
    start: () => untilAnswer(true),
    cut: (file, bytes) => machine.cut(String(port), file, bytes),
    pause: () => program.signal("SIGSTOP", false),
    resume: () => program.signal("SIGCONT", false),
  };
}

async function failure({ program }: Command, { log }: Program, cause: Error): Promise<Error> {
  return new Error(`${program} does not answer: ${cause.message}\n${await log()}`, { cause });
}
