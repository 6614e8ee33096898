import type { Shape } from "../shape.ts";
import { loadedPrototypes, type Prototypes } from "../types/class-loading.ts";
import { messageOfTag } from "../types/class-table.ts";
import { readMessage } from "../types/message.ts";
import { MARK } from "../tags.ts";
import type { FieldReader } from "../value-reader.ts";
import type { Trace } from "./trace.ts";
import { LIST, MARK_TOKENS, type Token, UNIT } from "./units.ts";

type Fields = Record<PropertyKey, unknown>;

/**
 * The value that was encoded, made from its trace as if from its bytes: all objects are new. `undefined` if it has to
 * be read from its bytes, or if classes have to be imported first.
 */
export function rebuild({ spine, units, last = 0 }: Trace): { readonly value: unknown } | undefined {
  const prototypes = loadedPrototypes(last);
  if (spine === undefined || prototypes === undefined) return undefined;
  try {
    return { value: valueOf(spine, new TokenReader(units.tokens, prototypes)) };
  } catch {
    // Something may have been written that cannot be read; the reader of the bytes throws the right error.
    return undefined;
  }
}

function valueOf([head, ...parts]: readonly Token[], tokens: TokenReader): unknown {
  if (head === UNIT) return tokens.part();
  if (head === LIST) return tokens.list(parts[0] as number);
  const value: Fields = {};
  let next = 0;
  for (const key of (head as Shape).keys) {
    value[key] = parts[next++] === UNIT ? tokens.part() : tokens.list(parts[next++] as number);
  }
  return value;
}

export class TokenReader implements FieldReader {
  readonly #tokens: readonly Token[];
  readonly prototypeOf: Prototypes;
  #at = 0;

  constructor(tokens: readonly Token[], prototypes: Prototypes) {
    this.#tokens = tokens;
    this.prototypeOf = prototypes;
  }

  part(): unknown {
    const token = this.#tokens[this.#at++];
    if (token === LIST) return this.list(this.#tokens[this.#at++] as number);
    if (typeof token !== "object" || token === null) return token;
    if ("tag" in token) return readMessage(this, messageOfTag(token.tag)!);
    if ("mark" in token) return token.mark === MARK.emptyList ? [] : {};
    const value: Fields = {};
    for (const key of token.keys) value[key] = this.part();
    return value;
  }

  field(): unknown {
    return this.part();
  }

  list(length: number): unknown[] {
    // oxlint-disable-next-line unicorn/no-new-array -- much faster than `Array.from`
    const items = new Array<unknown>(length);
    for (let i = 0; i < length; i++) items[i] = this.part();
    return items;
  }

  record(): Shape {
    return this.#tokens[this.#at++] as Shape;
  }

  meets(mark: number): boolean {
    if (this.#tokens[this.#at] !== MARK_TOKENS.get(mark)) return false;
    this.#at++;
    return true;
  }

  number(): void {
    // Nothing refers to an object.
  }

  enter(): void {
    // The value was not too deep when it was written.
  }

  leave(): void {}
}
