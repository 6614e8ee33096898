import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** What scenes print to. */
export interface Screen {
  print(line: string): void;
  /** Replaces the last line that was shown so; left out where lines cannot be replaced. */
  live(line: string): void;
}

/** The terminal, a pipe or a file. */
export const terminal: Screen = {
  print: (line) => {
    if (process.stdout.isTTY) process.stdout.write("\r\x1b[K");
    console.log(line);
  },
  live: (line) => {
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}`);
  },
};

/** Text in a style, unless `NO_COLOR` is set or the output is a pipe or a file. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** The head of a scene. */
export function printTitle(screen: Screen, number: number, title: string, about: string): void {
  screen.print(`${number > 1 ? "\n" : ""}${paint(["bold", "cyan"], `${number}  ${title}`)}`);
  screen.print(paint("dim", `   ${about}`));
}

export const youSay = (text: string): string => `  ${paint("yellow", "you:")} ${text}`;
export const botSays = (text: string): string => `  ${paint("green", "bot:")} ${text}`;
