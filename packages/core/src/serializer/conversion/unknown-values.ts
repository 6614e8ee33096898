import type { CustomType, CustomTypes } from "../custom-types.ts";
import { MAX_NESTING, type PathStep, renderPath } from "../path.ts";
import { refuse } from "../refusal.ts";
import { UNREADABLE } from "./conversion.ts";
import { convert } from "./convert.ts";
import type { ConversionKind, ValuePlace } from "./on-unknown.ts";
import type { UnknownSettings } from "./settings.ts";

/** What the conversion needs of the encoder. */
export interface ConversionHost {
  /** What the whole value is. */
  readonly valuePlace: ValuePlace | undefined;
  /** The path to the current value. */
  readonly steps: readonly PathStep[];
  /** The position in the bytes; it changes with everything that is written. */
  readonly place: number;
  /** Takes back the number of the current object. */
  withdraw(value: object): void;
  value(value: unknown): void;
  custom(type: CustomType, value: object): void;
  /** Writes a mark for something that could not be stored. */
  omitted(): void;
}

/** How many converted values may be nested in one another; each takes much of the stack. */
const MOST_LEVELS = 250;
/** Levels that one object may take. */
const LEVELS_OF_AN_OBJECT = 4;
/** How often values may be replaced before the replacement is final. */
const MOST_IN_PLACE = 10;

/** Converts or refuses what an encoder does not know. It belongs to one value that is being encoded. */
export class UnknownValues {
  readonly #settings: UnknownSettings;
  readonly #types: CustomTypes;
  readonly #host: ConversionHost;
  /** The replacement of an object, so that one that occurs twice stays a single object. */
  readonly #converted = new Map<object, unknown>();
  /** How many converted values are being written. */
  #level = 0;
  /** Where the last conversion began, and how many began there. */
  #place = Number.NaN;
  #inPlace = 0;

  constructor(settings: UnknownSettings, types: CustomTypes, host: ConversionHost) {
    this.#settings = settings;
    this.#types = types;
    this.#host = host;
  }

  /** A function or a symbol. It cannot be the whole value: nothing would be left. */
  leaf(value: unknown): void {
    if (value === UNREADABLE) return this.#host.omitted();
    if (this.#settings.refuses) refuse(this.#settings.refusalOf(value));
    const data = this.#replacement(value);
    if (data !== value && typeof data !== "function" && typeof data !== "symbol") return this.#write(data);
    if (this.#host.steps.length === 0) refuse(this.#settings.refusalOf(value));
    this.#omit(value, "left out", "is left out, or `undefined` in an array");
  }

  /** An object that has been numbered, and of which nothing has been written. */
  object(value: object): void {
    if (this.#settings.refuses) refuse(this.#settings.refusalOf(value));
    if (this.#converted.has(value)) return this.#writeInPlaceOf(value);
    const goesRound = this.#goesRound();
    const data = goesRound ? value : this.#replacement(value);
    if (data !== value) {
      this.#converted.set(value, data);
      return this.#writeInPlaceOf(value);
    }
    const type = this.#types.ofAncestor(value);
    if (type === undefined) return this.#convert(value, goesRound);
    this.#report(value, "subclass", `comes back as the registered type ${JSON.stringify(type.name)}`);
    this.#host.custom(type, value);
  }

  #convert(value: object, plainly: boolean): void {
    if (this.#level >= MOST_LEVELS) return this.#cutOff(value);
    const step = this.#host.steps.at(-1);
    const key = typeof step === "string" || typeof step === "number" ? String(step) : "";
    const { kind, data, becomes } = convert(value, key, plainly);
    this.#report(value, kind, becomes);
    this.#converted.set(value, data);
    this.#writeInPlaceOf(value);
  }

  /** What the application puts in place of a value; the value itself if nothing. */
  #replacement(value: unknown): unknown {
    const { replace } = this.#settings;
    return replace === undefined ? value : replace(value, { path: this.#path() });
  }

  /** Whether values keep being replaced by others without end. */
  #goesRound(): boolean {
    const { place } = this.#host;
    this.#inPlace = place === this.#place ? this.#inPlace + 1 : 0;
    this.#place = place;
    return this.#inPlace > MOST_IN_PLACE;
  }

  #writeInPlaceOf(value: object): void {
    this.#host.withdraw(value);
    this.#write(this.#converted.get(value));
  }

  #write(data: unknown): void {
    this.#level++;
    this.#host.value(data);
    this.#level--;
  }

  /** An object that threw when it was looked at: usually a Proxy. */
  unreadable(value: object, error: unknown): void {
    if (this.#settings.refuses) throw error;
    this.object(value);
  }

  /** A property that threw when it was read. Returns what stands for it. */
  unreadableProperty(error: unknown): symbol {
    if (this.#settings.refuses) throw error;
    this.#report(UNREADABLE, "left out", "is left out: reading it failed");
    return UNREADABLE;
  }

  symbolKey(value: object, key: symbol): void {
    if (this.#settings.refuses) refuse(`it has the key ${String(key)}; use a string as the key`);
    this.#report(value, "symbol keys", "comes back without its symbol keys");
  }

  ownField(value: object, key: string): void {
    if (this.#settings.refuses) {
      refuse(`it has a property ${JSON.stringify(key)}; store that separately`);
    }
    this.#report(value, "own fields", "comes back without its additional properties");
  }

  /** A field of an instance that has a name which cannot be stored there. */
  reservedField(value: object): void {
    if (this.#settings.refuses) refuse("one of its own fields has a name that is reserved");
    this.#report(value, "own fields", "comes back without the fields whose names are reserved");
  }

  /**
   * Cuts off what is nested too deeply in a converted value, which the application may never have seen. Returns
   * whether it did.
   */
  cutsOff(value: object): boolean {
    if (this.#level === 0 || this.#host.steps.length < MAX_NESTING - LEVELS_OF_AN_OBJECT) return false;
    this.#cutOff(value);
    return true;
  }

  /** Not for good: the same object may occur again at a smaller depth. */
  #cutOff(value: object): void {
    this.#host.withdraw(value);
    this.#omit(value, "depth", "is left out, or `undefined` in an array: it is nested too deeply");
  }

  #omit(value: unknown, kind: ConversionKind, becomes: string): void {
    this.#report(value, kind, becomes);
    this.#host.omitted();
  }

  #report(value: unknown, kind: ConversionKind, becomes: string): void {
    this.#settings.report(value, { kind, becomes }, () => this.#path(), this.#host.valuePlace);
  }

  #path(): string {
    return renderPath(this.#host.steps);
  }
}
