/** Where the programs of a server run: a container, or this machine. Nothing of it is left after `remove`. */
export interface Machine {
  /** How it was found, for people. */
  readonly found: string;
  /** Free ports for its programs. They have the same number inside and, on 127.0.0.1, outside. */
  readonly ports: readonly number[];
  /** The address to listen on so that 127.0.0.1 reaches the programs from outside, and other computers do not. */
  readonly listen: string;
  /** The address at which other machines reach its programs. */
  readonly address: string;
  /** Whether programs are run by root, unless they are to be run by `nobody`. */
  readonly asRoot: boolean;
  /** Runs a program to its end, in the folder of that name. Rejects unless it ends with 0. */
  run(folder: string, command: Command): Promise<void>;
  /** A program that goes on running, in the folder of that name, which it keeps when it is started again. */
  program(folder: string, command: Command): Program;
  /** Writes a file into the folder of that name. */
  write(folder: string, file: string, text: string): Promise<void>;
  /** Removes the last bytes of a file in the folder of that name. */
  cut(folder: string, file: string, bytes: number): Promise<void>;
  remove(): Promise<void>;
}

/** A program of the machine with its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** Run by the user `nobody` instead of root, for programs that refuse to be run by root. */
  readonly asNobody?: boolean;
}

/** A program that can be started and ended any number of times. */
export interface Program {
  start(): Promise<void>;
  /** Sends a signal. With `end`, resolves when the program has ended. */
  signal(signal: NodeJS.Signals, end: boolean): Promise<void>;
  isRunning(): Promise<boolean>;
  /** The last lines of its output. */
  log(): Promise<string>;
}

/** Gets a machine with that many ports. */
export type OpenMachine = (ports: number) => Promise<Machine>;
