/** Whether a value is a date with a time; one of another realm, or of a class that a test clock has put there, is one too. */
export function isValidDate(value: unknown): value is Date {
  return (
    Object.prototype.toString.call(value) === "[object Date]" && !Number.isNaN((value as Date).getTime())
  );
}
