// What npm gets of a manifest: without what only this repository uses. The condition leads to sources, which are not
// published.
module.exports = {
  hooks: {
    beforePacking(manifest) {
      for (const target of Object.values(manifest.exports)) delete target["@threadmark/source"];
      return { ...manifest, devDependencies: undefined, scripts: undefined };
    },
  },
};
