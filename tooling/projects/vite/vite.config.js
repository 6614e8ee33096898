/** Packages are bundled too. */
export default { ssr: { noExternal: true } };
