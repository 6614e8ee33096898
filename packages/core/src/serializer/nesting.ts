/**
 * How deep values may be nested: an array in an array counts two. Deeper values are refused at the
 * write, since reading them back could run out of stack on a smaller host.
 */
export const MAX_NESTING = 1000;
