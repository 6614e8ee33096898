import { CLOCK, ENTRIES, LEAVING, THREAD, WRITING } from "./parts.ts";
import { ORDER, PACKED, RECORD, REFS } from "./record-parts.ts";
import { script, type Script } from "./script.ts";

/**
 * Stores a checkpoint.
 *
 * - KEYS: 1 to 9.
 * - ARGV: 1 to 7 as in `WRITING`, 8 place, 9 prefix of the namespace in the order, 10 id, 11 record, 12 "1" to keep
 *   the parent, 13 "1" for the fence, 14 ids of blobs; then the bytes of each.
 * - Out: `stored` and the epoch, or `expired`, `fenced`, `stale`, `conflict` and the head, `incomplete`, `format`,
 *   `damaged`.
 * - Atomic: a script. Everything is decided before the first write.
 */
export const PUT: Script = script(
  "put",
  { durable: true, parts: [CLOCK, THREAD, ENTRIES, LEAVING, WRITING, RECORD, REFS, ORDER] },
  String.raw`
local PLACE, PREFIX, ID, RECORD, KEEP_PARENT, FENCE = unpack(ARGV, 8, 13)
local BLOBS_AT = 14

local thread, why = open_thread(0)
local refused = refusal(thread, why)
if refused then return refused end

local parent, run, refs_at, tokens_at = read(RECORD)
local record = string.sub(RECORD, 1, 28) .. sum_of(PLACE, string.sub(RECORD, refs_at, tokens_at - 1))
  .. string.sub(RECORD, FIXED + 1)
if FENCE == '1' then
  local head = head_of(PREFIX)
  if head ~= ID and head ~= parent then return { 'conflict', head or false } end
end

local existing = redis.call('HGET', KEYS[CHECKPOINTS], PLACE)
local old_parent, old_run
if existing then old_parent, old_run = read(existing) end
if KEEP_PARENT == '1' and existing then record = with_parent(record, old_parent, parent_seal_of(existing)) end

-- A checkpoint that moves to another run leaves the old one, unless other checkpoints of the thread still belong to
-- it.
local leaving = old_run ~= run and old_run
if leaving then
  each_page('i', function(places)
    for i, other in ipairs(redis.call('HMGET', KEYS[CHECKPOINTS], unpack(places))) do
      local _, other_run = read(other)
      if places[i] ~= PLACE and other_run == leaving then leaving = nil end
    end
  end)
end

redis.call('HSET', KEYS[CHECKPOINTS], PLACE, record)
store_blobs(BLOBS_AT)
if not existing then redis.call('ZADD', KEYS[ORDER], 0, PREFIX .. ID, 0, 'i' .. PLACE) end
if run and run ~= old_run then add_run(NAME, KEYS[RUNS], run) end
if leaving then remove_run(NAME, KEYS[RUNS], leaving) end
return touch(thread)
`,
);

/**
 * Stores the writes of a task.
 *
 * - KEYS: 1 to 9.
 * - ARGV: 1 to 7 as in `WRITING`, 8 place of the checkpoint and task, 9 packed writes, 10 ids of blobs; then the bytes
 *   of each.
 * - Out: as for put, without `conflict`.
 * - Atomic: a script. An existing write with an index of 0 or more stays; others are replaced.
 */
export const PUT_WRITES: Script = script(
  "put-writes",
  { durable: true, parts: [CLOCK, THREAD, ENTRIES, WRITING, REFS, ORDER, PACKED] },
  String.raw`
local FIELD, NEW_WRITES = ARGV[8], ARGV[9]
local BLOBS_AT = 10

local thread, why = open_thread(0)
local refused = refusal(thread, why)
if refused then return refused end

local existing = redis.call('HGET', KEYS[WRITES], FIELD)
local pieces, order = {}, {}
local function add(idx, piece)
  if not pieces[idx] then order[#order + 1] = idx end
  if idx < 0 or not pieces[idx] then pieces[idx] = piece end
end
if existing then each_write(existing, add) end
each_write(NEW_WRITES, function(idx, piece)
  local sum = sum_of(FIELD .. string.sub(piece, 1, 4), refs_of(piece))
  add(idx, string.sub(piece, 1, 24) .. sum .. string.sub(piece, WRITE_HEAD + 1))
end)
for i, idx in ipairs(order) do order[i] = pieces[idx] end
local packed = table.concat(order)

redis.call('HSET', KEYS[WRITES], FIELD, packed)
store_blobs(BLOBS_AT)
if not existing then
  redis.call('ZADD', KEYS[ORDER], 0, 'w' .. FIELD)
end
local more = specials_in(packed) - specials_in(existing or '')
redis.call('HINCRBY', KEYS[WRITES], tally_of(place_in(FIELD)), text((existing and 0 or 1) + SPECIAL * more))
return touch(thread)
`,
);
