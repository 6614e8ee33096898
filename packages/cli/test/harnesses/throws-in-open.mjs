export const open = async () => {
  throw new Error("connect ECONNREFUSED 127.0.0.1:1");
};
