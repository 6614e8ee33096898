/** Everything leads with the thread. SQLite compares text by its UTF-8 bytes, which is the order that the port asks for. */
export const schema = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS threads (
    thread TEXT PRIMARY KEY, epoch TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
    expires INTEGER, own_ttl INTEGER, claim TEXT, claim_until INTEGER, sum INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS threads_by_time ON threads (updated DESC, thread);
  CREATE TABLE IF NOT EXISTS entries (
    thread TEXT NOT NULL, key TEXT NOT NULL, token TEXT NOT NULL, value BLOB NOT NULL, seal INTEGER NOT NULL,
    PRIMARY KEY (thread, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS entries_by_token ON entries (key, token);
  CREATE TABLE IF NOT EXISTS checkpoints (
    thread TEXT NOT NULL, namespace TEXT NOT NULL, id TEXT NOT NULL, parent TEXT, parent_seal INTEGER NOT NULL,
    run TEXT, header BLOB NOT NULL, seal INTEGER NOT NULL, metadata BLOB NOT NULL, tokens TEXT NOT NULL,
    refs TEXT NOT NULL,
    PRIMARY KEY (thread, namespace, id)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS checkpoints_by_id ON checkpoints (id DESC, thread, namespace);
  CREATE INDEX IF NOT EXISTS checkpoints_by_run ON checkpoints (run, thread) WHERE run IS NOT NULL;
  CREATE TABLE IF NOT EXISTS writes (
    thread TEXT NOT NULL, namespace TEXT NOT NULL, checkpoint TEXT NOT NULL, task TEXT NOT NULL,
    idx INTEGER NOT NULL, path TEXT NOT NULL, channel TEXT NOT NULL, value BLOB NOT NULL, refs TEXT NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (thread, namespace, checkpoint, task, idx)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS blobs (
    thread TEXT NOT NULL, id TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (thread, id)
  ) STRICT, WITHOUT ROWID;
`;
