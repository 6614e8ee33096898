import { CLOCK, ENTRIES, LEAVING, THREAD } from "./parts.ts";
import { BLOBS, ORDER, PACKED, RECORD, REFS } from "./record-parts.ts";
import { script, type Script } from "./script.ts";

/**
 * Removes checkpoints, their writes, and the blobs that nothing refers to any more. No blob is removed while a reference
 * is damaged or points to a missing blob.
 *
 * - KEYS: 1 to 9.
 * - ARGV: 1 thread, 2 new epoch, 3 how many checkpoints to remove; their places; their members of the
 *   namespaces' order; then for each that gets another parent its place, "1" if it gets one, that parent, and the seal
 *   of the two in four bytes.
 * - Out: `removed` and how many blobs were removed, or `conflict`, `incomplete`, `format`, `damaged`.
 * - Atomic: a script. It reads every checkpoint before it changes one.
 */
export const REMOVE: Script = script(
  "remove",
  { durable: true, parts: [CLOCK, THREAD, ENTRIES, LEAVING, RECORD, REFS, ORDER, PACKED, BLOBS] },
  String.raw`
local thread, why = open_thread(0)
if not thread then
  if why == 'missing' or why == 'expired' then return { 'removed', '0' } end
  return { why }
end

local NAME, NEW_EPOCH, GOING = unpack(ARGV, 1, 3)
local going = tonumber(GOING)
check_order()
local gone, relinked = {}, {}
local members, fields = {}, {}
for i = 4, 3 + going do
  gone[ARGV[i]] = true
  fields[#fields + 1] = tally_of(ARGV[i])
end
for i = 4 + 2 * going, #ARGV, 4 do
  relinked[ARGV[i]] = { parent = ARGV[i + 1] == '1' and ARGV[i + 2] or nil, seal = ARGV[i + 3] }
end

-- Only the places of what is removed are looked at, so the time depends on what survives.
local staying, conflict, seen, live, left_runs = 0, false, {}, {}, {}
local is_whole = true
local function add_refs(place, refs, sum)
  if sum ~= sum_of(place, refs) then is_whole = false end
  add_ids(live, seen, refs)
end
each_page('i', function(places, page)
  local kept = {}
  for i, place in ipairs(places) do
    if gone[place] then
      members[#members + 1] = page[i]
    else
      kept[#kept + 1] = place
    end
  end
  if #kept == 0 then return end
  staying = staying + #kept
  for i, record in ipairs(redis.call('HMGET', KEYS[CHECKPOINTS], unpack(kept))) do
    local place = kept[i]
    local parent, run, refs_at, tokens_at = read(record)
    if run then left_runs[run] = true end
    add_refs(place, string.sub(record, refs_at, tokens_at - 1), string.sub(record, 29, FIXED))
    if parent and gone[parent .. suffix_of(place)] and not relinked[place] then conflict = true end
  end
end)
if conflict then return { 'conflict' } end

if staying == 0 then
  local blobs = redis.call('HLEN', KEYS[BLOBS])
  drop(0, NAME)
  return { 'removed', text(blobs) }
end

each_page('w', function(tasks, page)
  local kept = {}
  for i, field in ipairs(tasks) do
    if gone[place_in(field)] then
      fields[#fields + 1] = field
      members[#members + 1] = page[i]
    else
      kept[#kept + 1] = field
    end
  end
  if #kept == 0 then return end
  for i, packed in ipairs(redis.call('HMGET', KEYS[WRITES], unpack(kept))) do
    each_write(packed, function(_, piece)
      add_refs(kept[i] .. string.sub(piece, 1, 4), refs_of(piece), string.sub(piece, 25, WRITE_HEAD))
    end)
  end
end)

-- Only nodes have something below them, so leaves are not read. The list grows while it is walked.
local first = 1
while first <= #live do
  local nodes = {}
  while first <= #live and #nodes < 500 do
    if is_node(live[first]) then nodes[#nodes + 1] = live[first] end
    first = first + 1
  end
  if #nodes > 0 then
    for _, bytes in ipairs(redis.call('HMGET', KEYS[BLOBS], unpack(nodes))) do
      if bytes then add_ids(live, seen, bytes) end
    end
  end
end
local dead, count, found = {}, 0, 0
for _, id in ipairs(redis.call('HKEYS', KEYS[BLOBS])) do
  if seen[id] then
    found = found + 1
  else
    count = count + 1
    dead[count] = id
  end
end
-- What a damaged reference should name is still needed.
if not is_whole or found ~= #live then count = 0 end

call_with('HDEL', KEYS[CHECKPOINTS], ARGV, 4, 3 + going)
call_with('ZREM', KEYS[ORDER], ARGV, 4 + going, 3 + 2 * going)
call_with('ZREM', KEYS[ORDER], members, 1, #members)
call_with('HDEL', KEYS[WRITES], fields, 1, #fields)
call_with('HDEL', KEYS[BLOBS], dead, 1, count)
for place, link in pairs(relinked) do
  local record = redis.call('HGET', KEYS[CHECKPOINTS], place)
  if record then redis.call('HSET', KEYS[CHECKPOINTS], place, with_parent(record, link.parent, link.seal)) end
end
for _, run in ipairs(listed(KEYS[RUNS], NAME)) do
  if not left_runs[run] then remove_run(NAME, KEYS[RUNS], run) end
end
thread.epoch = NEW_EPOCH
save(0, thread)
return { 'removed', text(count) }
`,
);
