
-- ---------------------------------------------------------------------------------------------------------------------
-- A command: code, flag, opaque, language, version, remark, ext (a list of entries, nil where there is none), and in at
-- the places of these.

-- decodeBinary reads a ROCKETMQ header; bytes behind its map are ignored.
local function decodeBinary(s)
  local noFit = "length field does not fit"
  if #s < minBinaryHeader then return nil, short, #s + 1 end
  local cmd = {
    code = i16(s, 1), language = s:byte(3), version = i16(s, 4), opaque = i32(s, 6), flag = i32(s, 10),
    ext = {},
    at = { code = { 1, 3 }, language = { 3, 4 }, version = { 4, 6 }, opaque = { 6, 10 }, flag = { 10, 14 } },
  }
  local n = u32(s, 14)
  if n > #s - minBinaryHeader then return nil, noFit, 14 end
  local i = 18 + n
  if n > 0 then cmd.remark = s:sub(18, i - 1) end
  cmd.at.remark = { 14, i }
  n = u32(s, i)
  if n > #s - i - 3 then return nil, noFit, i end
  local stop = i + 4 + n
  cmd.at.extFields = { i, stop }
  i = i + 4
  while i < stop do
    if stop - i < 2 then return nil, short, i end
    local keyLen = i16(s, i)
    local key = i + 2
    if keyLen < 0 or keyLen > stop - key - 4 then return nil, noFit, i end
    local value = key + keyLen + 4
    n = u32(s, value - 4)
    if n > stop - value then return nil, noFit, value - 4 end
    if #cmd.ext >= maxFields then return nil, "too many entries", i end
    cmd.ext[#cmd.ext + 1] = {
      key = s:sub(key, key + keyLen - 1), value = s:sub(value, value + n - 1),
      keyAt = { key, key + keyLen }, valueAt = { value, value + n },
    }
    i = value + n
  end
  return cmd
end

local function decodeHeader(s, kind)
  local cmd, reason, where
  if kind == 0 then
    cmd, reason, where = decodeJSON(s)
  else
    cmd, reason, where = decodeBinary(s)
  end
  if not cmd then return nil, string.format("header at byte %d: %s", prefixLen + where - 1, reason) end
  local flag = unsigned(cmd.flag)
  cmd.response, cmd.oneway = bit(flag, 1), not bit(flag, 1) and bit(flag, 2)
  return cmd
end

-- values are the extFields by key; of doubled keys the last counts.
local function values(cmd)
  local all = {}
  for _, entry in ipairs(cmd.ext or {}) do all[entry.key] = entry.value end
  return all
end

local function present(text) return text and text ~= "" and text or nil end

-- either returns a function that looks up a field of a request by its long name. A send has names of one letter in one
-- of its two header classes, and a broker takes either under any code, so does this; the class of the code comes first.
local function either(code, all)
  local short = {}
  if sends[code] then
    for letter, name in pairs(longNames) do short[name] = all[letter] end
  end
  if code == 10 or code == 324 then
    return function(name) return all[name] or short[name] end
  end
  return function(name) return short[name] or all[name] end
end

-- subject says what a request is about.
local function subject(code, all)
  local field = either(code, all)
  return {
    topic = present(field("topic") or all.originTopic),
    group = present(all.consumerGroup or all.group or all.groupName) or present(field("producerGroup")),
    clientId = present(all.clientID or all.clientId),
    batch = sends[code] and (field("batch") or ""):lower() == "true",
  }
end

-- statusName is the name of a response code; six numbers changed their meaning.
local function statusName(request, status, version)
  local old = formerly[status]
  if old then
    local isOld = version > 0 and version < old.before
    if request and not old.always then isOld = old.codes[request.code] or false end
    if isOld then return old.name end
  end
  return statuses[status] or ("status " .. status)
end

local function operationName(code) return requests[code] or ("code " .. code) end
