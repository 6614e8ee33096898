import webpack from "webpack";

const options = {
  mode: "production",
  target: "node20",
  entry: "./server.js",
  experiments: { outputModule: true },
  output: { filename: "main.mjs", module: true },
};
webpack(options, (error, stats) => {
  console.log(error ?? stats.toString("errors-only"));
  if (error || stats.hasErrors()) process.exitCode = 1;
});
