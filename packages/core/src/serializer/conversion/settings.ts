import { wrongOption } from "../../options.ts";
import { adviceFor, type ClassNaming, namingOf } from "./class-naming.ts";
import type { Conversion } from "./conversion.ts";
import type { ConvertedInfo, OnUnknown, ValuePlace } from "./on-unknown.ts";
import { Reported, reportedInProcess, warn } from "./reports.ts";

export interface UnknownOptions {
  readonly onUnknown?: OnUnknown | undefined;
  readonly onConverted?: ((info: ConvertedInfo) => void) | undefined;
}

/** What a serializer does with values that it does not know, and to whom it reports them. */
export class UnknownSettings {
  readonly refuses: boolean;
  /** The application's own way, if it has one. */
  readonly replace: Exclude<OnUnknown, string> | undefined;
  readonly #tell: (info: ConvertedInfo) => void;
  readonly #reported: Reported;
  readonly #isNameTaken: (name: string) => boolean;

  /**
   * @param isNameTaken Whether a class of this name is registered.
   * @throws CheckpointError `INVALID_ARGUMENT` for a wrong option.
   */
  constructor(
    { onUnknown = "convert", onConverted }: UnknownOptions,
    isNameTaken: (name: string) => boolean,
  ) {
    if (onUnknown !== "convert" && onUnknown !== "refuse" && typeof onUnknown !== "function") {
      throw wrongOption("onUnknown", 'must be "convert", "refuse" or a function');
    }
    if (onConverted !== undefined && typeof onConverted !== "function") {
      throw wrongOption("onConverted", "must be a function");
    }
    this.refuses = onUnknown === "refuse";
    this.replace = typeof onUnknown === "function" ? onUnknown : undefined;
    this.#tell = onConverted ? (info) => tellOrWarn(onConverted, info) : warn;
    this.#reported = onConverted ? new Reported() : reportedInProcess();
    this.#isNameTaken = isNameTaken;
  }

  /** Reports a conversion, once for every class and kind. */
  report(
    value: unknown,
    { kind, becomes }: Pick<Conversion, "kind" | "becomes">,
    path: () => string,
    place: ValuePlace | undefined,
  ): void {
    const naming = namingOf(value);
    if (!this.#reported.isNew(`${kind} ${naming.identity}`)) return;
    const at = path();
    const part = partOf(place);
    const channel = place?.channel;
    const advice = adviceFor(naming, this.#isNameTaken);
    const message =
      `${inFrontOf(part, channel)}${at} is ${inWords(naming)} and cannot be stored exactly; it ${becomes}. To keep it, ${advice}. ` +
      'To have such values refused, set `onUnknown: "refuse"`. This is reported once for each class.';
    this.#tell({ path: at, part, channel, kind, class: naming.name ?? naming.description, becomes, message });
  }

  /** Why a value is refused, and what to do about it. */
  refusalOf(value: unknown): string {
    const naming = namingOf(value);
    return `it is ${inWords(naming)}; ${adviceFor(naming, this.#isNameTaken)}`;
  }
}

function partOf(place: ValuePlace | undefined): ConvertedInfo["part"] {
  if (place === undefined) return undefined;
  if (place.channel === undefined) return "metadata";
  return place.taskId === undefined ? "channel" : "write";
}

function inFrontOf(part: ConvertedInfo["part"], channel: string | undefined): string {
  if (part === undefined) return "";
  if (channel === undefined) return `${part}: `;
  return part === "write"
    ? `write to channel ${JSON.stringify(channel)}: `
    : `channel ${JSON.stringify(channel)}: `;
}

function inWords({ name, description }: ClassNaming): string {
  return name === undefined ? description : `an instance of ${description}`;
}

/** A listener that throws must not break a run, and the conversion must still be reported. */
function tellOrWarn(listener: (info: ConvertedInfo) => void, info: ConvertedInfo): void {
  try {
    listener(info);
  } catch {
    warn(info);
  }
}
