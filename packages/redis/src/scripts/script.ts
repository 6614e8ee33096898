import { createHash } from "node:crypto";

/** A Lua script as it is sent to the server, which then knows it by its hash. */
export interface Script {
  readonly name: string;
  readonly text: string;
  /** SHA-1 of the text, in hex digits. */
  readonly sha: string;
  /** Whether, with the option `wait`, replicas must have what it wrote before it counts as done. */
  readonly durable: boolean;
}

/** A script from its header, the parts that it uses, and its body. */
export function script(
  name: string,
  { durable, parts = [] }: { readonly durable: boolean; readonly parts?: readonly string[] },
  body: string,
): Script {
  const text = [`-- threadmark ${name}`, ...parts, body].map((part) => part.trim()).join("\n");
  return { name, text, sha: createHash("sha1").update(text).digest("hex"), durable };
}
