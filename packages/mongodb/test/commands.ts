import type { CommandStartedEvent, MongoClient } from "mongodb";

/** A command as it went to the server. */
export interface Sent {
  readonly name: string;
  readonly command: Readonly<Record<string, unknown>>;
}

/** Which commands a client sends. It must have been made with `monitorCommands: true`. */
export class CommandLog {
  readonly sent: Sent[] = [];

  constructor(client: MongoClient) {
    client.on("commandStarted", ({ commandName, command }: CommandStartedEvent) => {
      this.sent.push({ name: commandName, command: command });
    });
  }

  /** The commands that a call sends. */
  async of(call: () => Promise<unknown>): Promise<Sent[]> {
    const before = this.sent.length;
    await call();
    return this.sent.slice(before);
  }
}

/** The stages of a pipeline and of those inside of it. */
export function stagesIn(pipeline: unknown): Record<string, unknown>[] {
  return (pipeline as Record<string, { pipeline?: unknown }>[]).flatMap((stage) => [
    stage,
    ...Object.values(stage).flatMap((value) => (value?.pipeline ? stagesIn(value.pipeline) : [])),
  ]);
}
