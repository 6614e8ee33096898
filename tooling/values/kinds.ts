import { libraryKinds } from "./kinds/libraries.ts";
import { errorKinds } from "./kinds/errors.ts";
import { hostKinds } from "./kinds/host.ts";
import { langChainKinds } from "./kinds/langchain.ts";
import { languageKinds } from "./kinds/language.ts";

/** A kind of value that applications put into the state of a graph. */
export interface Kind {
  /** For the table: what it is. */
  readonly name: string;
  readonly make: () => unknown;
  /** What comes back by default, for the table. */
  readonly becomes: string;
  /** Whether what came back is right. Where it is missing, it has to be deeply equal. */
  readonly check?: (result: never, original: never) => void;
}

/** Kinds that belong together. */
export interface Group {
  readonly title: string;
  readonly kinds: readonly Kind[];
}

export const groups: readonly Group[] = [
  { title: "JavaScript", kinds: languageKinds },
  { title: "Errors", kinds: errorKinds },
  { title: "Node and the web platform", kinds: hostKinds },
  { title: "LangChain", kinds: langChainKinds },
  { title: "Libraries", kinds: libraryKinds },
];
