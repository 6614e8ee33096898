import { once } from "node:events";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";

/** A call or the answer to one: a line of JSON. */
interface Line {
  readonly id: number;
  readonly method?: string;
  readonly args?: readonly unknown[];
  readonly result?: unknown;
  readonly error?: string;
}

/** Answers the calls that come from the other end. An error goes back as its message. */
export function answerCalls(
  socket: Socket,
  answer: (method: string, args: readonly unknown[]) => Promise<unknown>,
): void {
  // The other end may be gone when its answer is ready.
  socket.on("error", () => {});
  const reply = async ({ id, method, args = [] }: Line): Promise<void> => {
    const line: Line = await answer(method!, args).then(
      (result) => ({ id, result }),
      (error: Error) => ({ id, error: error.message }),
    );
    socket.write(`${JSON.stringify(line)}\n`);
  };
  createInterface({ input: socket }).on("line", (text) => void reply(JSON.parse(text) as Line));
}

/** The end that calls. It keeps its process running only while it waits for an answer. */
export class Caller {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (answer: Line) => void>();
  #calls = 0;

  constructor(socket: Socket) {
    this.#socket = socket.unref();
    socket.on("error", () => {});
    socket.on("close", () => {
      for (const [id, resolve] of this.#waiting)
        resolve({ id, error: "the process with the servers has ended" });
    });
    createInterface({ input: socket }).on("line", (text) => {
      const answer = JSON.parse(text) as Line;
      this.#waiting.get(answer.id)!(answer);
    });
  }

  async call(method: string, ...args: unknown[]): Promise<unknown> {
    const id = ++this.#calls;
    this.#socket.ref();
    this.#socket.write(`${JSON.stringify({ id, method, args } satisfies Line)}\n`);
    const { result, error } = await new Promise<Line>((resolve) => this.#waiting.set(id, resolve));
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#socket.unref();
    if (error !== undefined) throw new Error(error);
    return result;
  }

  async close(): Promise<void> {
    this.#socket.ref().end();
    await once(this.#socket, "close");
  }
}
