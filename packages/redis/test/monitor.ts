import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";

/** A command that reached a server. */
export interface Seen {
  /** In lower case. */
  readonly name: string;
  readonly args: readonly string[];
  /** Whether a script has called it. */
  readonly inScript: boolean;
  /** The address of the client that sent it. */
  readonly source: string;
}

/** What MONITOR of one server shows. */
export interface Monitor {
  /** The commands since the last time. Every command that was answered before is among them. */
  take(): Promise<Seen[]>;
  close(): void;
}

/** The monitors of ioredis fail when another client connects while they start, so this one is on a plain socket. */
export async function startMonitor(port: number): Promise<Monitor> {
  const admin = new Redis(port);
  const socket = connect(port, "127.0.0.1");
  const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
  socket.write("MONITOR\r\n");
  const [answer] = (await once(lines, "line")) as [string];
  if (answer !== "+OK") throw new Error(`MONITOR: ${answer}`);
  let seen: Seen[] = [];
  let onMarker: ((marker: string, source: string) => void) | undefined;
  lines.on("line", (line) => {
    const one = readLine(line);
    if (one.name === "echo") onMarker?.(one.args[0]!, one.source);
    seen.push(one);
  });
  return {
    async take() {
      const marker = randomUUID();
      const own = new Promise<string>((resolve) => {
        onMarker = (text, source) => {
          if (text === marker) resolve(source);
        };
      });
      await admin.echo(marker);
      const address = await own;
      const taken = seen.filter(({ source }) => source !== address);
      seen = [];
      return taken;
    },
    close() {
      socket.destroy();
      admin.disconnect();
    },
  };
}

/** `+1700000000.123456 [0 127.0.0.1:50000] "set" "key" "value"`; of a script, the source is `lua`. */
function readLine(line: string): Seen {
  const [, source] = /^\+[\d.]+ \[\d+ ([^\]]+)\] /.exec(line)!;
  const [name, ...args] = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, quoted]) => unquote(quoted!));
  return { name: name!.toLowerCase(), args, inScript: source === "lua", source: source! };
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b" };

/** Everything that is not printable ASCII is written as an escape, byte by byte. */
function unquote(quoted: string): string {
  const bytes = quoted.replaceAll(/\\(x[0-9a-f]{2}|.)/g, (_, escape: string) =>
    escape.length === 3
      ? String.fromCharCode(Number.parseInt(escape.slice(1), 16))
      : (ESCAPES[escape] ?? escape),
  );
  return Buffer.from(bytes, "latin1").toString();
}
