import { type ClassName, COMMAND_BRAND, isMessageClass, MESSAGE_BRAND } from "./class-table.ts";

/**
 * Which class of the table an object is a direct instance of. The classes cannot be imported for a comparison:
 * encoding is synchronous, and a program may hold several copies of them. So this looks at brands and at the
 * prototypes. Names of classes are useless: bundlers shorten them.
 */
export function recogniseClass(value: object, prototype: object): ClassName | undefined {
  if (Object.hasOwn(value, MESSAGE_BRAND)) return messageClass(value, prototype);
  if (Object.hasOwn(value, "lg_name")) return langGraphClass(value as Fields, prototype);
  return isDocument(value as Fields, prototype) ? "Document" : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Class by prototype: a chat holds many messages of few classes. */
const messageClasses = new WeakMap<object, ClassName | "RemoveMessage?" | "other">();

function messageClass(value: object, prototype: object): ClassName | undefined {
  let found = messageClasses.get(prototype);
  if (found === undefined) {
    found = messageClassOf(prototype);
    messageClasses.set(prototype, found);
  }
  if (found === "RemoveMessage?") return (value as Fields)["type"] === "remove" ? "RemoveMessage" : undefined;
  return found === "other" ? undefined : found;
}

function messageClassOf(prototype: object): ClassName | "RemoveMessage?" | "other" {
  const ancestors = ancestorsOf(prototype);
  if (lcName(ancestors[0]) !== "BaseMessage") return "other";
  const isChunk = ancestors.length === 3;
  if (!isChunk && ancestors.length !== 2) return "other";
  const maker = makerOf(prototype);
  if (maker !== undefined && Object.hasOwn(maker, "lc_name")) {
    const name = lcName(prototype);
    if (name === undefined || !isMessageClass(name) || name.endsWith("Chunk") !== isChunk) return "other";
    return name as ClassName;
  }
  // The only class of LangChain without its own name.
  const own = Reflect.ownKeys(prototype);
  return !isChunk && own.length === 2 && own.includes("_printableFields") ? "RemoveMessage?" : "other";
}

function langGraphClass(value: Fields, prototype: object): ClassName | undefined {
  const depth = ancestorsOf(prototype).length;
  switch (value["lg_name"]) {
    case "Send":
      return depth === 0 && Object.hasOwn(prototype, "toJSON") && hasFields(value, "node", "args")
        ? "Send"
        : undefined;
    case "Command":
      return depth <= 1 && Object.hasOwn(prototype, "_updateAsTuples") && Object.hasOwn(value, COMMAND_BRAND)
        ? "Command"
        : undefined;
    case "Overwrite":
      return depth === 0 && Object.hasOwn(prototype, "value") && hasFields(value, "__overwrite__")
        ? "Overwrite"
        : undefined;
    case "DeltaSnapshot":
      return depth === 0 && Reflect.ownKeys(prototype).length === 1 && hasFields(value, "value")
        ? "DeltaSnapshot"
        : undefined;
    default:
      return undefined;
  }
}

const DOCUMENT_FIELDS = ["pageContent", "metadata", "id"];

/** Documents have neither a brand nor methods: fields in their order, and what the constructor does with them. */
function isDocument(value: Fields, prototype: object): boolean {
  if (!Object.hasOwn(value, "pageContent") || !isDocumentClass(prototype)) return false;
  const keys = Object.keys(value);
  return DOCUMENT_FIELDS.every((field, index) => keys[index] === field);
}

const documentClasses = new WeakMap<object, boolean>();

function isDocumentClass(prototype: object): boolean {
  let found = documentClasses.get(prototype);
  if (found === undefined) {
    const source = Function.prototype.toString.call(makerOf(prototype) ?? Object);
    const isAlone = ancestorsOf(prototype).length === 0 && Reflect.ownKeys(prototype).length === 1;
    found = isAlone && /\.pageContent\.toString\(\)/.test(source) && /\.metadata\b/.test(source);
    documentClasses.set(prototype, found);
  }
  return found;
}

function hasFields(value: Fields, ...names: readonly string[]): boolean {
  return names.every((name) => Object.hasOwn(value, name));
}

/** The prototypes above one, without that of plain objects. */
function ancestorsOf(prototype: object): object[] {
  const chain: object[] = [];
  let next: object | null = Object.getPrototypeOf(prototype);
  while (next !== null) {
    chain.push(next);
    next = Object.getPrototypeOf(next);
  }
  return chain.slice(0, -1);
}

type Maker = (abstract new () => object) & { readonly lc_name?: unknown };

function makerOf(prototype: object): Maker | undefined {
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return typeof maker === "function" ? (maker as unknown as Maker) : undefined;
}

/** What LangChain calls a class. */
export function lcName(prototype: object | undefined): string | undefined {
  const maker = prototype && makerOf(prototype);
  if (typeof maker?.lc_name !== "function") return undefined;
  const name: unknown = maker.lc_name();
  return typeof name === "string" ? name : undefined;
}
