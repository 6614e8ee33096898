/** Whether a part of a URL, such as a password, can be decoded: a literal `%` is an error. */
export function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
