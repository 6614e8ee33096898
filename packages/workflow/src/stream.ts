/** What a stream shows. */
export type StreamMode = "values" | "updates" | "custom" | "tasks" | "checkpoints" | "debug" | "messages";

/** What one reader of a run wants to see. */
export interface Sink {
  readonly modes: ReadonlySet<StreamMode>;
  /** Also what happens in workflows that the workflow calls. */
  readonly nested: boolean;
  /** Namespace of the run that it belongs to. */
  readonly namespace: string;
  push(namespace: string, mode: StreamMode, payload: unknown): void;
}

/** The form in which a reader gets its chunks. */
export interface ChunkShape {
  /** `[mode, payload]`, or only the payload. */
  readonly named: boolean;
  /** Beginning with the namespace. */
  readonly nested: boolean;
}

/** Chunks on their way from a run to its reader. Nothing is lost when the reader is slower. */
export class Queue implements Sink {
  readonly modes: ReadonlySet<StreamMode>;
  readonly nested: boolean;
  readonly namespace: string;
  readonly #shape: ChunkShape;
  readonly #chunks: unknown[] = [];
  #next = 0;
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(modes: Iterable<StreamMode>, shape: ChunkShape, namespace: string) {
    this.modes = new Set(modes);
    this.nested = shape.nested;
    this.namespace = namespace;
    this.#shape = shape;
  }

  push(namespace: string, mode: StreamMode, payload: unknown): void {
    if (this.#end) return;
    const { named, nested } = this.#shape;
    const parts = namespace === "" ? [] : namespace.split("|");
    if (nested) this.#chunks.push(named ? [parts, mode, payload] : [parts, payload]);
    else this.#chunks.push(named ? [mode, payload] : payload);
    this.#wake?.();
  }

  /** No more chunks come. */
  end(): void {
    this.#end ??= {};
    this.#wake?.();
  }

  /** The reader gets what is queued, then the error. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  async *read(): AsyncGenerator {
    for (;;) {
      while (this.#next < this.#chunks.length) yield this.#chunks[this.#next++];
      this.#chunks.length = 0;
      this.#next = 0;
      if (this.#end) break;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if ("error" in this.#end) throw this.#end.error;
  }
}
