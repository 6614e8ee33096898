/** What a body returns to give one value to the caller and keep another for the next run. */
export interface Final<Value, Save> {
  readonly __lg_type: "__pregel_final";
  readonly value: Value;
  readonly save: Save;
}

/** The part of what a body returns that goes to the caller. */
export type ValueOf<Return> = Return extends Final<infer Value, unknown> ? Value : Return;
/** The part of what a body returns that the next run gets as `previous`. */
export type SaveOf<Return> = Return extends Final<unknown, infer Save> ? Save : Return;

/**
 * Returned by a body: `value` goes to the caller, `save` becomes `previous` in the next run of the thread.
 *
 * @example
 * return entrypoint.final({ value: answer, save: messages });
 */
export function final<Value, Save>(parts: { value: Value; save: Save }): Final<Value, Save>;
export function final<Value>(parts: { value: Value; save?: undefined }): Final<Value, undefined>;
export function final<Save>(parts: { value?: undefined; save: Save }): Final<undefined, Save>;
export function final(parts: { value?: unknown; save?: unknown }): Final<unknown, unknown> {
  return { __lg_type: "__pregel_final", value: parts.value, save: parts.save };
}

export function splitFinal(returned: unknown): { value: unknown; save: unknown } {
  if (typeof returned === "object" && returned !== null) {
    const { __lg_type: type, value, save } = returned as Partial<Final<unknown, unknown>>;
    if (type === "__pregel_final") return { value, save };
  }
  return { value: returned, save: returned };
}
