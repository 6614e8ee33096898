import { readFile } from "node:fs/promises";

/** The rule of the README for a user who may do only what is needed. */
export interface AclRule {
  /** Commands, in lower case. */
  readonly commands: readonly string[];
  /** The words of ACL SETUSER. */
  words(user: string, password: string, keyPrefix: string): string[];
}

export async function readAclRule(): Promise<AclRule> {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const [, text] = /^```text\nACL SETUSER ([^]*?)^```$/m.exec(readme)!;
  const rule = text!.split(/\s+/).filter(Boolean).slice(1);
  const allowed = rule.filter((word) => word.startsWith("+"));
  return {
    commands: allowed.map((word) => word.slice(1)),
    words: (user, password, keyPrefix) => [
      user,
      ...rule.map((word) =>
        word.replace(">password", `>${password}`).replace("~threadmark*", `~${keyPrefix}*`),
      ),
    ],
  };
}

/** What the README adds to the rule for a cluster. */
export async function readClusterCommands(): Promise<string[]> {
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const [, text] = /On a cluster: `([^`]*)`/.exec(readme)!;
  return text!.split(" ").map((word) => word.slice(1));
}
