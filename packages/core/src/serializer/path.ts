/**
 * How deep values may be nested: an array in an array counts as two. Deeper values are refused when
 * written, since reading them back could run out of stack on a smaller host.
 */
export const MAX_NESTING = 1000;

/** One step into a value: an own key, an index, or the text of another way in. */
export type PathStep = string | number | (() => string);

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const MAX_STEPS = 40;

/** `$.messages[3].when` */
export function renderPath(steps: readonly PathStep[]): string {
  if (steps.length <= MAX_STEPS) return `$${steps.map(renderStep).join("")}`;
  const half = MAX_STEPS / 2;
  return `$${steps.slice(0, half).map(renderStep).join("")}…${steps.slice(-half).map(renderStep).join("")}`;
}

function renderStep(step: PathStep): string {
  if (typeof step === "function") return step();
  if (typeof step === "number") return `[${step}]`;
  return IDENTIFIER.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
