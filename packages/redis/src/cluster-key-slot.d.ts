// The package has no types.
declare module "cluster-key-slot" {
  /** The slot of a key: that of the text between its first braces, or of the whole key. */
  function calculateSlot(key: string): number;
  export = calculateSlot;
}
