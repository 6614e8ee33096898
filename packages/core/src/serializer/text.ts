const BYTE_ORDER_MARK = 0xfeff;

/** Whether text comes back from UTF-8 as it was. Decoders drop a byte order mark at the front. */
export function isSafeText(text: string): boolean {
  return text.charCodeAt(0) !== BYTE_ORDER_MARK && text.isWellFormed();
}

/** The UTF-16 code units of a text, low byte first. */
export function codeUnits(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes[2 * i] = unit;
    bytes[2 * i + 1] = unit >>> 8;
  }
  return bytes;
}

/** The text of {@link codeUnits}. */
export function textOfCodeUnits(bytes: Uint8Array): string {
  const parts: string[] = [];
  const units: number[] = [];
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    units.push(bytes[i]! | (bytes[i + 1]! << 8));
    if (units.length === 4096) parts.push(String.fromCharCode(...units.splice(0)));
  }
  return parts.join("") + String.fromCharCode(...units);
}
