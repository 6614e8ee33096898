import { MANY_KEYS, sameKeys, type Shape } from "./shape.ts";

const FIRST_ID = 0x40;
/** The last id is for records with so many keys that they are hardly met twice. */
const SLOTS = 63;
export const MANY_KEYS_ID: number = FIRST_ID + SLOTS;

/**
 * The shapes whose keys are written already, and the bytes that stand for them. An id follows from the keys and
 * not from the order in which shapes are met, so that a new shape in a value leaves the bytes of the others as they were.
 */
export class ShapeTable {
  readonly #shapes: Shape[] = [];
  readonly #ids: number[] = [];

  /** The id of a shape whose keys are written, or `undefined`. */
  idOf(shape: Shape): number | undefined {
    const shapes = this.#shapes;
    for (let i = 0; i < shapes.length; i++) {
      const one = shapes[i]!;
      if (one === shape || (one.hash === shape.hash && sameKeys(one.keys, shape.keys))) return this.#ids[i];
    }
    return undefined;
  }

  /** Chooses the id of a shape whose keys are written next. The shape that had it before loses it. */
  define(shape: Shape): number {
    if (shape.keys.length > MANY_KEYS) return MANY_KEYS_ID;
    const id = this.#freeId(shape.hash % SLOTS);
    this.set(shape, id);
    return id;
  }

  /** Gives a shape an id. */
  set(shape: Shape, id: number): void {
    const place = this.#ids.indexOf(id);
    if (place === -1) {
      this.#shapes.push(shape);
      this.#ids.push(id);
    } else {
      this.#shapes[place] = shape;
    }
  }

  #freeId(first: number): number {
    for (let i = 0; i < SLOTS; i++) {
      const id = FIRST_ID + ((first + i) % SLOTS);
      if (!this.#ids.includes(id)) return id;
    }
    return FIRST_ID + first;
  }
}
