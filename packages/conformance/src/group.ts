/** The part of an id before the slash. */
export function groupOf(id: string): string {
  return id.slice(0, id.indexOf("/"));
}
