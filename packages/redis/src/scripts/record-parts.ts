/*
 * Lua for what is in a thread's keys: records, their order, writes and blobs. Damage ends a script before it writes.
 */

/**
 * Records of checkpoints: seal, seal of the parent, then five lengths, four bytes each (parent and run, each plus 1,
 * or 0 for none; header, refs, tokens), eight digits of a checksum of place and refs, then parent, run, header, refs,
 * tokens, and last the metadata. See `record.ts`.
 *
 * A place is an id, NUL, and a namespace written so that it sorts in the opposite order. See `place.ts`.
 */
export const RECORD: string = String.raw`
local FIXED = 36

-- Parent or nil, run or nil, and where refs, tokens and metadata begin.
local function read(record)
  if not record or #record < FIXED then damaged() end
  local parent, run, header, refs, tokens = struct.unpack('>I4I4I4I4I4', record, 9)
  local run_at = FIXED + math.max(parent, 1)
  local header_at = run_at + math.max(run - 1, 0)
  local refs_at = header_at + header
  local rest_at = refs_at + refs + tokens
  if rest_at > #record + 1 or refs % 16 ~= 0 then damaged() end
  return parent > 0 and string.sub(record, FIXED + 1, run_at - 1) or nil,
    run > 0 and string.sub(record, run_at, header_at - 1) or nil,
    refs_at, refs_at + refs, rest_at
end

-- Everything before the refs: a record without values and metadata.
local function outline_of(record)
  local _, _, refs_at = read(record)
  return string.sub(record, 1, refs_at - 1)
end

-- The record with another parent, or none, and its seal of four bytes.
local function with_parent(record, parent, parent_seal)
  local old = struct.unpack('>I4', record, 9)
  return string.sub(record, 1, 4) .. parent_seal .. struct.pack('>I4', parent and #parent + 1 or 0)
    .. string.sub(record, 13, FIXED) .. (parent or '') .. string.sub(record, FIXED + 1 + math.max(old - 1, 0))
end

local function parent_seal_of(record)
  return string.sub(record, 5, 8)
end

-- What follows the id in a place.
local function suffix_of(place)
  return string.sub(place, (string.find(place, '\0', 1, true)))
end

-- The same bytes with the seal at "at" shifted.
local function shifted(bytes, at, by)
  local seal = struct.pack('>I4', (struct.unpack('>I4', bytes, at) + by) % 4294967296)
  return string.sub(bytes, 1, at - 1) .. seal .. string.sub(bytes, at + 4)
end
`;

/**
 * The checksum of a record's refs. Scripts make it, for removals, which check it: core checks seals, but reads only the
 * outlines of what a removal leaves.
 */
export const REFS: string = String.raw`
local function sum_of(place, refs)
  return string.sub(redis.sha1hex(place .. refs), 1, 8)
end
`;

/** Members of the order that begin with a prefix: no text contains `\255`, so no text sorts after it. */
export const ORDER: string = String.raw`
-- Calls back with every member of one kind, without and with its kind, in pages; a page bounds the memory.
local function each_page(kind, visit)
  local from = '[' .. kind
  while true do
    local page = redis.call('ZRANGEBYLEX', KEYS[ORDER], from, '(' .. kind .. '\255\255', 'LIMIT', 0, 500)
    if #page == 0 then return end
    local fields = {}
    for i, member in ipairs(page) do fields[i] = string.sub(member, 2) end
    visit(fields, page)
    from = '(' .. page[#page]
  end
end

-- The newest id of the namespace whose members begin with "prefix", or nil.
local function head_of(prefix, order)
  local top = string.sub(prefix, 1, -2) .. '\1'
  local found = redis.call('ZREVRANGEBYLEX', order or KEYS[ORDER], '(' .. top, '[' .. prefix, 'LIMIT', 0, 1)
  return found[1] and string.sub(found[1], #prefix + 1)
end

-- The same, if the order of all checkpoints agrees. Only the newest of them are looked at.
local function checked_head_of(prefix, suffix, order)
  local head = head_of(prefix, order)
  for _, member in ipairs(redis.call('ZREVRANGEBYLEX', order or KEYS[ORDER], '(j', '[i', 'LIMIT', 0, 10)) do
    if string.sub(member, -#suffix) == suffix then
      if string.sub(member, 2, -#suffix - 1) ~= head then damaged() end
      break
    end
  end
  return head
end

-- Fields of the writes of a checkpoint, one for each task.
local function writes_at(place, order)
  local members = redis.call('ZRANGEBYLEX', order or KEYS[ORDER], '[w' .. place, '(w' .. place .. '\255')
  for i, member in ipairs(members) do members[i] = string.sub(member, 2) end
  return members
end

-- The order has every checkpoint twice.
local function check_order()
  local checkpoints = redis.call('HLEN', KEYS[CHECKPOINTS])
  if redis.call('ZLEXCOUNT', KEYS[ORDER], '[i', '(j') ~= checkpoints
    or redis.call('ZLEXCOUNT', KEYS[ORDER], '[n', '(o') ~= checkpoints then damaged() end
end
`;

/**
 * The writes of a task, packed: for each its index and the length of what follows, the seal, the lengths of refs,
 * channel and path, four bytes each, eight digits of a checksum of place, index and refs, then these and the value. See
 * `packed-writes.ts`. Must follow ORDER.
 */
export const PACKED: string = String.raw`
local WRITE_HEAD = 32

-- Calls back with index and piece of every write.
local function each_write(packed, visit)
  if not packed then damaged() end
  local at = 1
  while at <= #packed do
    if at + WRITE_HEAD - 1 > #packed then damaged() end
    local idx, length, _, refs, channel, path = struct.unpack('>i4I4I4I4I4I4', packed, at)
    if at + 7 + length > #packed or WRITE_HEAD - 8 + refs + channel + path > length or refs % 16 ~= 0 then damaged() end
    visit(idx, string.sub(packed, at, at + 7 + length))
    at = at + 8 + length
  end
end

-- How many special writes there are: those with a negative index.
local function specials_in(packed)
  local at, count = 1, 0
  while at + 7 <= #packed do
    local idx, length = struct.unpack('>i4I4', packed, at)
    if idx < 0 then count = count + 1 end
    at = at + 8 + length
  end
  return count
end

local function refs_of(piece)
  local refs = struct.unpack('>I4', piece, 13)
  return string.sub(piece, WRITE_HEAD + 1, WRITE_HEAD + refs)
end

local function channel_of(piece)
  local refs, channel = struct.unpack('>I4I4', piece, 13)
  return string.sub(piece, WRITE_HEAD + 1 + refs, WRITE_HEAD + refs + channel)
end

-- The place of the checkpoint in a field of writes.
local function place_in(field)
  return string.sub(field, 1, (string.find(field, '\255', 1, true)))
end

-- The field that says how many tasks have written to the checkpoint at a place, and a billion times how many special
-- writes there are: where only these are looked at, nothing else tells that one was exchanged for another write.
local function tally_of(place)
  return place .. '\255'
end

local SPECIAL = 1000000000

-- The writes of a checkpoint, with one field for each task: field, packed, field, packed, …; and how many are special.
local function read_writes(place, order, writes)
  local fields = writes_at(place, order)
  local tally = tonumber(redis.call('HGET', writes or KEYS[WRITES], tally_of(place)) or '0')
  if not tally or tally % SPECIAL ~= #fields then damaged() end
  local out = {}
  for from = 1, #fields, 4000 do
    local last = math.min(from + 3999, #fields)
    for i, packed in ipairs(redis.call('HMGET', writes or KEYS[WRITES], unpack(fields, from, last))) do
      out[#out + 1] = fields[from + i - 1]
      out[#out + 1] = packed
    end
  end
  return out, (tally - #fields) / SPECIAL
end
`;

/**
 * Blobs: an id has 16 bytes; where its last bit is set, the blob's bytes are the ids of the blobs below it.
 *
 * Redis' Lua hashes every byte of every string that it makes, so bytes are read once and never joined. Replies
 * of a few dozen values stay in the buffer that Lua reads them from; longer ones are copied first.
 */
export const BLOBS: string = String.raw`
-- Adds the ids in a string that were not seen before to a list.
local function add_ids(list, seen, ids)
  local sub, count = string.sub, #list
  for at = 1, #ids - 15, 16 do
    local id = sub(ids, at, at + 15)
    if not seen[id] then
      seen[id] = true
      count = count + 1
      list[count] = id
    end
  end
end

local function is_node(id)
  return string.byte(id, 16) % 2 == 1
end

-- An answer with blobs: their ids in one string, then the bytes of each. The list grows while it is walked.
local function blobs_below(roots, have)
  local seen, queue, found, answer = {}, {}, {}, { '' }
  add_ids({}, seen, have)
  for _, refs in ipairs(roots) do add_ids(queue, seen, refs) end
  local first, count = 1, 0
  while first <= #queue do
    local last = math.min(first + 31, #queue)
    local page = redis.call('HMGET', KEYS[BLOBS], unpack(queue, first, last))
    for i = 1, last - first + 1 do
      local id, bytes = queue[first + i - 1], page[i]
      if bytes then
        count = count + 1
        found[count] = id
        answer[count + 1] = bytes
        if is_node(id) then add_ids(queue, seen, bytes) end
      end
    end
    first = last + 1
  end
  answer[1] = table.concat(found)
  return answer
end
`;
