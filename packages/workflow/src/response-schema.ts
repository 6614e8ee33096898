import { invalid } from "./config.ts";

/** A schema from any Standard Schema library, such as Zod, Valibot or ArkType. */
export interface ResponseSchema<Answer = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Answer> | Promise<SchemaResult<Answer>>;
  };
}

/** The result of a schema: a value, or what is wrong with the given one. */
export type SchemaResult<Answer> =
  | { readonly value: Answer; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] };

/** Options of `interrupt`. */
export interface InterruptOptions<Answer = unknown> {
  /**
   * What an answer must be. Any other is refused with `INVALID_ANSWER`, and the question stays open. The workflow
   * gets the output of the schema. The schema must be synchronous. @default any answer
   */
  readonly responseSchema?: ResponseSchema<Answer>;
}

/** The output of a schema for an answer. @throws WorkflowError `INVALID_OPTION` for asynchronous schemas. */
export function validate(schema: ResponseSchema, answer: unknown): SchemaResult<unknown> {
  const result = schema["~standard"].validate(answer);
  if ("then" in result) throw invalid("responseSchema", "a schema that validates synchronously");
  return result;
}
