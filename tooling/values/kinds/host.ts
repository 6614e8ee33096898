import { EventEmitter } from "node:events";
import { parse as parseQuery } from "node:querystring";
import { parse as parseUrl } from "node:url";
import { equals } from "../checks.ts";
import type { Kind } from "../kinds.ts";

export const hostKinds: readonly Kind[] = [
  { name: "`URL`", make: () => new URL("https://x.y/"), becomes: "exact" },
  { name: "`URLSearchParams`", make: () => ({ q: new URLSearchParams("a=1") }), becomes: "exact" },
  {
    name: "`Headers`",
    make: () => ({ h: new Headers({ a: "b" }) }),
    becomes: "exact",
    check: (result: { h: Headers }) => equals([["a", "b"]])([...result.h]),
  },
  { name: "`Buffer`", make: () => ({ b: Buffer.from("héllo") }), becomes: "exact" },
  { name: "the result of `process.memoryUsage()`", make: () => process.memoryUsage(), becomes: "exact" },
  { name: "the result of `querystring.parse`", make: () => ({ q: parseQuery("a=1&b=2") }), becomes: "exact" },
  {
    name: "the result of `url.parse`",
    make: () => ({ u: parseUrl("http://a/b?c=1") }),
    becomes: "a plain object with its own enumerable properties",
    check: (result: { u: object }) => equals({ u: { ...parseUrl("http://a/b?c=1") } })(result),
  },
  {
    name: "`process.env`",
    make: () => ({ env: process.env }),
    becomes: "a plain object with its own enumerable properties",
    check: (result: { env: object }) => equals({ ...process.env })(result.env),
  },
  {
    name: "an `EventEmitter`",
    make: () => ({ e: new EventEmitter() }),
    becomes: "a plain object with its own enumerable properties",
    check: (result: { e: { _eventsCount: number } }) => equals(0)(result.e._eventsCount),
  },
  {
    name: "`File`",
    make: () => ({ f: new File(["hi"], "a.txt", { type: "text/plain" }) }),
    becomes: "`{}`",
    check: equals({ f: {} }),
  },
  { name: "`Blob`", make: () => ({ f: new Blob(["hi"]) }), becomes: "`{}`", check: equals({ f: {} }) },
  { name: "`FormData`", make: () => ({ f: new FormData() }), becomes: "`{}`", check: equals({ f: {} }) },
  { name: "`Response`", make: () => ({ r: new Response("x") }), becomes: "`{}`", check: equals({ r: {} }) },
  {
    name: "`AbortSignal`",
    make: () => ({ s: new AbortController().signal }),
    becomes: "`{}`",
    check: equals({ s: {} }),
  },
  {
    name: "`ReadableStream`",
    make: () => ({ s: new ReadableStream() }),
    becomes: "`{}`",
    check: equals({ s: {} }),
  },
];
