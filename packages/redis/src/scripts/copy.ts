import { CLOCK, ENTRIES, LEAVING, THREAD } from "./parts.ts";
import { ORDER, PACKED, RECORD } from "./record-parts.ts";
import { script, type Script } from "./script.ts";

/** What both kinds of copying answer about the target, whose keys come after "at"; nil when it may be created. */
const target: string = String.raw`
local function existing_target(at, epoch)
  local present, reason = open_thread(at)
  if present then return { present.epoch == epoch and 'copied' or 'exists' } end
  if reason == 'incomplete' or reason == 'format' or reason == 'damaged' then return { 'exists' } end
  return nil
end

-- Clears what an expired thread has left. Otherwise the first command that writes is one that a full memory refuses.
local function clear_target(at, to)
  if redis.call('ZSCORE', KEYS[at + EXPIRY], to) then drop(at, to) end
end

-- Writes the target's own record, its expiry and its places in the bucket's indexes; everything else is already
-- there.
local function finish(at, to, epoch, source, entries, runs)
  local thread = new_thread(epoch)
  thread.expires, thread.own = source.expires, source.own
  set_entries(at, to, entries)
  save(at, thread)
  if thread.expires then
    expire_keys(at, thread.expires)
    redis.call('ZADD', KEYS[at + EXPIRY], text(thread.expires), to)
  end
  redis.call('ZADD', KEYS[at + THREADS], text(-NOW), to)
  for _, run in ipairs(runs) do add_run(to, KEYS[at + RUNS], run) end
  return { 'copied' }
end
`;

/** The entries of a thread, in the form in which writes send them. */
const entriesOf: string = String.raw`
local function entries_of(at, change)
  local out = {}
  local fields = redis.call('HGETALL', KEYS[at + THREAD])
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 1) == 'm' then
      local content = change(fields[i + 1])
      out[#out + 1] = struct.pack('>I4I4', #fields[i] - 1, #content) .. string.sub(fields[i], 2) .. content
    end
  end
  return table.concat(out)
end
`;

const parts: readonly string[] = [CLOCK, THREAD, ENTRIES, LEAVING, target];

/**
 * Copies a thread with everything that belongs to it, inside the server.
 *
 * - KEYS: 1 to 9 of the source, 10 to 18 of the target.
 * - ARGV: 1 source, 2 target, 3 new epoch, 4 what is added to every seal.
 * - Out: `copied`, `missing`, `exists`, `incomplete`, `format`, `damaged`.
 * - Atomic: a script. A target that has the new epoch was made by an earlier attempt whose answer was lost.
 */
export const COPY: Script = script(
  "copy",
  { durable: true, parts: [...parts, entriesOf, RECORD, ORDER, PACKED] },
  String.raw`
local FROM, TO, NEW_EPOCH, SHIFT = unpack(ARGV)
local TARGET = 9
local source, why = open_thread(0)
if not source then return absent(why) end
local present = existing_target(9, NEW_EPOCH)
if present then return present end

local checkpoints, writes = {}, {}
each_page('i', function(places)
  for i, record in ipairs(redis.call('HMGET', KEYS[CHECKPOINTS], unpack(places))) do
    read(record)
    checkpoints[#checkpoints + 1] = places[i]
    checkpoints[#checkpoints + 1] = shifted(shifted(record, 1, SHIFT), 5, SHIFT)
  end
end)
local tallies = {}
each_page('w', function(fields)
  for i, packed in ipairs(redis.call('HMGET', KEYS[WRITES], unpack(fields))) do
    local pieces = {}
    local tally = tally_of(place_in(fields[i]))
    tallies[tally] = (tallies[tally] or 0) + 1 + SPECIAL * specials_in(packed)
    each_write(packed, function(_, piece) pieces[#pieces + 1] = shifted(piece, 9, SHIFT) end)
    writes[#writes + 1] = fields[i]
    writes[#writes + 1] = table.concat(pieces)
  end
end)
for field, count in pairs(tallies) do
  writes[#writes + 1] = field
  writes[#writes + 1] = text(count)
end
local entries = entries_of(0, function(content) return shifted(content, 1, SHIFT) end)

clear_target(TARGET, TO)
redis.call('COPY', KEYS[ORDER], KEYS[TARGET + ORDER])
redis.call('COPY', KEYS[BLOBS], KEYS[TARGET + BLOBS])
call_with('HSET', KEYS[TARGET + CHECKPOINTS], checkpoints, 1, #checkpoints)
call_with('HSET', KEYS[TARGET + WRITES], writes, 1, #writes)
return finish(TARGET, TO, NEW_EPOCH, source, entries, listed(KEYS[RUNS], FROM))
`,
);

/**
 * Sets a copy of a thread aside in its own slot, where it can be read in parts while the thread changes.
 *
 * - KEYS: 1 to 5, 6 the bucket's runs, 7 to 10 the keys of the copy.
 * - ARGV: 1 thread, 2 milliseconds after which the copy expires if it is not read.
 * - Out: `found`, expiry or nil, own time to live or nil, entries, runs, "1" or "0" for each of the copy's keys; or
 *   `missing`, `incomplete`, `format`, `damaged`.
 * - Atomic: a script. Run again, it takes the thread as it is then.
 */
export const SNAPSHOT: Script = script(
  "snapshot",
  { durable: false, parts: [CLOCK, THREAD, ENTRIES, LEAVING, entriesOf] },
  String.raw`
local thread, why = open_thread(0)
if not thread then return absent(why) end
local NAME, KEPT_FOR = ARGV[1], ARGV[2]
local RUNS_OF_BUCKET, COPY = 6, 5
local entries = entries_of(0, function(content) return content end)
local answer = { 'found', thread.expires and text(thread.expires) or false, thread.own or false, entries,
  listed(KEYS[RUNS_OF_BUCKET], NAME) }
for i = CHECKPOINTS, BLOBS do
  local copied = redis.call('COPY', KEYS[i], KEYS[COPY + i], 'REPLACE') == 1
  if copied then
    redis.call('PEXPIRE', KEYS[COPY + i], KEPT_FOR)
  else
    redis.call('UNLINK', KEYS[COPY + i])
  end
  answer[#answer + 1] = copied and '1' or '0'
end
return answer
`,
);

/**
 * Whether a thread can be created.
 *
 * - KEYS: 1 to 5.
 * - ARGV: 1 new epoch.
 * - Out: `free`, `exists`, or `copied` when an earlier attempt has created it.
 * - Atomic: a script.
 */
export const TARGET: Script = script(
  "target",
  { durable: false, parts },
  String.raw`
return existing_target(0, ARGV[1]) or { 'free' }
`,
);

/**
 * A part of one key of a snapshot.
 *
 * - KEYS: 1 a hash or a sorted set.
 * - ARGV: 1 cursor, "0" to begin, 2 about how many entries, 3 "HSCAN" or "ZSCAN", 4 milliseconds after which it
 *   expires if nothing follows.
 * - Out: `found`, the next cursor, "0" at the end, and the entries: field and value, or member and score; or
 *   `lost` when it has expired.
 * - Atomic: nobody changes a snapshot, so the parts make up the whole.
 */
export const READ_PART: Script = script(
  "read-part",
  { durable: false },
  String.raw`
local KEY = KEYS[1]
local CURSOR, COUNT, COMMAND, KEPT_FOR = unpack(ARGV)
if redis.call('PEXPIRE', KEY, KEPT_FOR) == 0 then return { 'lost' } end
local part = redis.call(COMMAND, KEY, CURSOR, 'COUNT', COUNT)
return { 'found', part[1], part[2] }
`,
);

/**
 * Adds to one key of a copy that is not visible yet.
 *
 * - KEYS: 1 a staged key.
 * - ARGV: 1 milliseconds after which it expires if nothing follows, 2 "HSET" or "ZADD"; then its arguments.
 * - Out: `stored`.
 * - Atomic: a script. Adding the same again changes nothing.
 */
export const STAGE: Script = script(
  "stage",
  { durable: false, parts: [CLOCK] },
  String.raw`
local KEY = KEYS[1]
local KEPT_FOR, COMMAND = ARGV[1], ARGV[2]
call_with(COMMAND, KEY, ARGV, 3, #ARGV)
redis.call('PEXPIRE', KEY, KEPT_FOR)
return { 'stored' }
`,
);

/**
 * Removes a copy that did not become a thread.
 *
 * - KEYS: staged keys.
 * - Out: `removed`.
 * - Atomic: a script.
 */
export const DISCARD: Script = script(
  "discard",
  { durable: false },
  String.raw`
redis.call('UNLINK', unpack(KEYS))
return { 'removed' }
`,
);

/**
 * Turns a staged copy into the thread.
 *
 * - KEYS: 1 to 9 of the target, 10 to 13 the staged checkpoints, order, writes and blobs.
 * - ARGV: 1 target, 2 new epoch, 3 expiry or "", 4 own time to live or "", 5 how many staged keys there
 *   must be, 6 entries; then runs.
 * - Out: `copied`, `exists`, or `lost` when staged keys have expired.
 * - Atomic: a script.
 */
export const COMMIT: Script = script(
  "commit",
  { durable: true, parts },
  String.raw`
local TO, NEW_EPOCH, EXPIRES, OWN, STAGED_KEYS, NEW_ENTRIES = unpack(ARGV, 1, 6)
local STAGED = 8
local present = existing_target(0, NEW_EPOCH)
if present then return present end
if redis.call('EXISTS', unpack(KEYS, STAGED + CHECKPOINTS, STAGED + BLOBS)) ~= tonumber(STAGED_KEYS) then
  return { 'lost' }
end

clear_target(0, TO)
redis.call('HSET', KEYS[THREAD], 'f', '1')
for i = CHECKPOINTS, BLOBS do
  if redis.call('PERSIST', KEYS[STAGED + i]) == 1 then redis.call('RENAME', KEYS[STAGED + i], KEYS[i]) end
end
local runs = {}
for i = 7, #ARGV do runs[#runs + 1] = ARGV[i] end
local source = { expires = tonumber(EXPIRES), own = OWN ~= '' and OWN or nil }
return finish(0, TO, NEW_EPOCH, source, NEW_ENTRIES, runs)
`,
);
