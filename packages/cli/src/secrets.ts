import { withoutSecrets } from "@threadmark/conformance";

/** Passwords in the URLs among the arguments of a command, both as written and decoded. */
export function secretsIn(args: readonly string[]): readonly string[] {
  return args.flatMap((arg) => {
    const [, start = "", secret, end = ""] = /^([\w+=.-]*:\/\/[^/?#]*?:)(.+)@(.*)/.exec(arg) ?? [];
    // Where a password equals the name of the user or the database, a message means that name.
    if (secret === undefined || start.includes(secret) || end.includes(secret)) return [];
    return [secret, decoded(secret)];
  });
}

/** A message without any of these passwords or those of other URLs, whatever a driver puts into its errors. */
export function withoutThese(message: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => text.replaceAll(secret, "***"), withoutSecrets(message));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
