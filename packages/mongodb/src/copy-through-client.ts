import { shiftSeal } from "@threadmark/core/storage";
import type { Doc } from "./driver.ts";
import { only, type Key } from "./keys.ts";
import type { Session } from "./session.ts";
import { upsert } from "./write/statements.ts";

/** In this order, what was stored before a copied checkpoint is copied too, even while writes are under way. */
export const NEWEST_FIRST: Doc = { _id: -1 };

/** For services without `$merge`. */
export async function copyThroughClient(
  session: Session,
  filter: Doc,
  { to, sealShift }: { readonly to: string; readonly sealShift: number },
  g: string | readonly string[],
): Promise<void> {
  const shifted = (seal: unknown): number => shiftSeal(seal as number, sealShift);
  const docs = await session.find(filter, { sort: NEWEST_FIRST });
  const ops = docs.map(({ _id, scan, run, children, seal, parentSeal, w, ...rest }) =>
    upsert(
      { ...only(moveTo(_id, to)), g },
      {
        $set: {
          ...rest,
          g,
          ...(seal !== undefined && { seal: shifted(seal), parentSeal: shifted(parentSeal) }),
          ...(w !== undefined && {
            w: Object.fromEntries(
              Object.entries(w as Doc).map(([idx, write]) => {
                const { s, ...others } = write as Doc;
                return [idx, { ...others, s: shifted(s) }];
              }),
            ),
          }),
          ...(scan !== undefined && { scan: moveTo(scan, to) }),
          ...(run !== undefined && { run: moveTo(run, to) }),
          ...(children !== undefined && { children: (children as unknown[]).map((one) => moveTo(one, to)) }),
        },
      },
    ),
  );
  if (ops.length === 0) return;
  await session.write((collection) => collection.bulkWrite(ops, { ordered: true }));
}

/** The same key in another thread; the order of fields, which counts in BSON, stays. */
export function moveTo(value: unknown, to: string): Key {
  return { ...(value as Key), t: to };
}
