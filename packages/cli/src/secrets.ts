/** Passwords in the URLs among the arguments of a command, both as written and decoded. */
export function secretsIn(args: readonly string[]): readonly string[] {
  return args.flatMap((arg) => {
    const [, secret] = /^[\w+=.-]*:\/\/[^/?#]*?:(.+)@/.exec(arg) ?? [];
    return secret === undefined ? [] : [secret, decoded(secret)];
  });
}

/** A message without any of these passwords, whatever a driver puts into its errors. */
export function withoutSecrets(message: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => text.replaceAll(secret, "***"), message);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
