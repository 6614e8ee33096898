// The package brings no types.
declare module "cluster-key-slot" {
  /** The slot of a key: of what stands between its first braces, or of all of it. */
  function calculateSlot(key: string): number;
  export = calculateSlot;
}
