import { loadedPrototypes, type Prototypes } from "../types/class-loading.ts";
import { type ClassName, classOfTag, MESSAGE_BRAND } from "../types/class-table.ts";
import { plainArguments, plainNamespace } from "../types/message.ts";
import type { Shape } from "../shape.ts";
import type { Trace } from "./trace.ts";
import { LIST, type Token, UNIT } from "./units.ts";

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
  if (head === UNIT) return tokens.value();
  if (head === LIST) return tokens.list(parts[0] as number);
  const value: Fields = {};
  let next = 0;
  for (const key of (head as Shape).keys) {
    value[key] = parts[next++] === UNIT ? tokens.value() : tokens.list(parts[next++] as number);
  }
  return value;
}

export class TokenReader {
  readonly #tokens: readonly Token[];
  readonly #prototypes: Prototypes;
  readonly #known = new Map<number, object>();
  #at = 0;

  constructor(tokens: readonly Token[], prototypes: Prototypes) {
    this.#tokens = tokens;
    this.#prototypes = prototypes;
  }

  value(): unknown {
    const token = this.#tokens[this.#at++];
    if (token === LIST) return this.list(this.#tokens[this.#at++] as number);
    if (typeof token !== "object" || token === null) return token;
    return "tag" in token ? this.#message(token.tag) : this.#record(token.keys, {});
  }

  list(length: number): unknown[] {
    // oxlint-disable-next-line unicorn/no-new-array -- much faster than `Array.from`
    const items = new Array<unknown>(length);
    for (let i = 0; i < length; i++) items[i] = this.value();
    return items;
  }

  #record(keys: readonly string[], into: Fields): Fields {
    for (let i = 0; i < keys.length; i++) into[keys[i]!] = this.value();
    return into;
  }

  #message(tag: number): object {
    let prototype = this.#known.get(tag);
    if (prototype === undefined) {
      prototype = this.#prototypes(classOfTag(tag) as ClassName);
      this.#known.set(tag, prototype);
    }
    const shape = this.#tokens[this.#at++] as Shape;
    const { keys, givenAt, namespaceAt } = shape;
    const message = this.#record(keys, Object.create(prototype) as Fields);
    message[MESSAGE_BRAND] = true;
    if (namespaceAt !== -1) message["lc_namespace"] = plainNamespace(message["lc_namespace"]);
    if (givenAt !== -1) message["lc_kwargs"] = plainArguments(message["lc_kwargs"], message);
    return message;
  }
}
