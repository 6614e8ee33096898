/** Something that the user of the program can put right. It is shown without a stack. */
export class Problem extends Error {
  override readonly name = "Problem";
}
