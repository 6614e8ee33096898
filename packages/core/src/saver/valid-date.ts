/** Whether a value is a date with a valid time, including dates of another realm or of a test clock's class. */
export function isValidDate(value: unknown): value is Date {
  return (
    Object.prototype.toString.call(value) === "[object Date]" && !Number.isNaN((value as Date).getTime())
  );
}
