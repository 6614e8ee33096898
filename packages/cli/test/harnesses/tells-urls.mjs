// What it is about fails in open, in put, in a read or outside any call, and always says where the database is.
const url = "redis://me:sec/ret@localhost:1/0";
const failure = (where) =>
  new Error(`${where} \u001b[31m ${url} password=sec/ret`, { cause: new Error(url) });

export const open = async () => {
  const where = process.env.FAILS_IN;
  if (where === "open") throw failure("open");
  if (where === "nothing") process.stdout.write(`connected to ${url}\n`);
  const saver = {
    async getTuple() {
      if (where === "outside")
        setTimeout(() => {
          throw failure("outside");
        });
      throw failure("getTuple");
    },
  };
  return { saver: { ...saver, get: saver.getTuple, put: saver.getTuple }, close: async () => {} };
};
