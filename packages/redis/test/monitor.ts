import { randomUUID } from "node:crypto";
// The monitor of ioredis 6 fails when another client connects while it starts.
import { Redis } from "ioredis-5";

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

export async function startMonitor(port: number): Promise<Monitor> {
  const admin = new Redis(port);
  const monitor = await admin.monitor();
  let seen: Seen[] = [];
  let onMarker: ((marker: string, source: string) => void) | undefined;
  monitor.on("monitor", (_time: string, [name, ...args]: string[], source: string) => {
    if (name === "echo") onMarker?.(args[0]!, source);
    seen.push({ name: name!.toLowerCase(), args, inScript: source === "lua", source });
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
      monitor.disconnect();
      admin.disconnect();
    },
  };
}
