
-- ---------------------------------------------------------------------------------------------------------------------
-- The JSON of a header, as fastjson reads it: keys and strings may stand in single quotes or in none, commas and comments
-- may stand where they like. A token is {first, behind, kind}: positions of its text without quotes, and its kind, which
-- is "string", "escaped", "bare", "null" or "nested". A function that fails returns nil, a reason, and where.

local syntax, short = "not the JSON that RocketMQ writes", "ends too early"
local maxNesting = 64
local maxFields = 65536 -- entries of extFields that are read
local maxEntries = 4096 -- of them that are shown

local function skipBlank(s, i)
  while true do
    i = s:find("[^ \t\r\n]", i) or #s + 1
    if s:byte(i) ~= 47 then return i end -- "/"
    local next = s:byte(i + 1)
    if next == 47 then
      local stop = s:find("\n", i, true)
      i = stop and stop + 1 or #s + 1
    elseif next == 42 then -- "*"
      local _, stop = s:find("*/", i + 2, true)
      i = stop and stop + 1 or #s + 1
    else
      return i
    end
  end
end

-- stringEnd finds the quote that ends the string whose text begins at i.
local function stringEnd(s, i, quote)
  local stop, kind = quote == 34 and '["\\]' or "['\\]", "string"
  while true do
    i = s:find(stop, i)
    if not i then return nil end
    if s:byte(i) ~= 92 then return i, kind end
    kind = "escaped"
    local c = s:sub(i + 1, i + 1)
    if c == "u" then
      if not s:find("^%x%x%x%x", i + 2) then return nil end
      i = i + 6
    elseif c == "x" then
      if not s:find("^%x%x", i + 2) then return nil end
      i = i + 4
    elseif c ~= "" and ('"\\/bfnrt\''):find(c, 1, true) then
      i = i + 2
    else
      return nil
    end
  end
end

local skipNested

-- scanValue reads the value or key at i. It returns a token and the position behind it.
local function scanValue(s, i, depth)
  local c = s:byte(i)
  if not c then return nil, short, i end
  if c == 34 or c == 39 then
    local stop, kind = stringEnd(s, i + 1, c)
    if not stop then return nil, syntax, i end
    return { i + 1, stop, kind }, stop + 1
  end
  if c == 123 or c == 91 then
    local stop, reason, where = skipNested(s, i, depth + 1)
    if not stop then return nil, reason, where end
    return { i, stop, "nested" }, stop
  end
  local stop = i
  while true do
    stop = s:find("[,:}%] \t\r\n/]", stop) or #s + 1
    if s:byte(stop) ~= 47 or s:find("^[/*]", stop + 1) then break end
    stop = stop + 1
  end
  if stop == i then return nil, syntax, i end
  return { i, stop, s:sub(i, stop - 1) == "null" and "null" or "bare" }, stop
end

-- colon steps over the colon behind a key.
local function colon(s, i)
  i = skipBlank(s, i)
  if i > #s then return nil, short, i end
  if s:byte(i) ~= 58 then return nil, syntax, i end
  return skipBlank(s, i + 1)
end

-- skipNested returns the position behind the object or array at i.
function skipNested(s, i, depth)
  if depth > maxNesting then return nil, "nested too deep", i end
  local object = s:byte(i) == 123
  local close = object and 125 or 93
  i = i + 1
  while true do
    i = skipBlank(s, i)
    local c = s:byte(i)
    if not c then return nil, short, i end
    if c == close then return i + 1 end
    if c == 44 then
      i = i + 1
    else
      local token, next, where = scanValue(s, i, depth)
      if token and object then
        i, next, where = colon(s, next)
        if not i then return nil, next, where end
        token, next, where = scanValue(s, i, depth)
      end
      if not token then return nil, next, where end
      i = next
    end
  end
end

local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

-- unescaped is the text of a string that stringEnd accepted.
local function unescaped(s)
  local out, i = {}, 1
  while true do
    local at = s:find("\\", i, true)
    if not at then break end
    out[#out + 1] = s:sub(i, at - 1)
    local c = s:sub(at + 1, at + 1)
    i = at + 2
    if c == "u" then
      local r = tonumber(s:sub(at + 2, at + 5), 16)
      i = at + 6
      if r >= 0xD800 and r < 0xE000 then
        local low = r < 0xDC00 and s:match("^\\u([dD][c-fC-F]%x%x)", i)
        if low then
          r = 0x10000 + (r - 0xD800) * 0x400 + tonumber(low, 16) - 0xDC00
          i = i + 6
        else
          r = 0xFFFD
        end
      end
      c = utf8Of(r)
    elseif c == "x" then
      c = utf8Of(tonumber(s:sub(at + 2, at + 3), 16))
      i = at + 4
    else
      c = escapes[c] or c
    end
    out[#out + 1] = c
  end
  out[#out + 1] = s:sub(i)
  return table.concat(out)
end

-- compact is an object or array without blanks and comments.
local function compact(s)
  local out, i = {}, 1
  while true do
    i = skipBlank(s, i)
    local c = s:byte(i)
    if not c then break end
    local stop = i
    if c == 34 or c == 39 then
      stop = stringEnd(s, i + 1, c) or #s
    end
    out[#out + 1] = s:sub(i, stop)
    i = stop + 1
  end
  return table.concat(out)
end

-- textOf is the text of a token, nil for null.
local function textOf(s, token)
  local text, kind = s:sub(token[1], token[2] - 1), token[3]
  if kind == "null" then return nil end
  if kind == "escaped" then return unescaped(text) end
  if kind == "nested" then return compact(text) end
  return text
end

-- int32Of is the number that a token stands for: false for null; nil and a reason where it is none.
local function int32Of(s, token)
  if token[3] == "null" then return false end
  if token[3] == "nested" then return nil, syntax end
  local text = textOf(s, token):match("^%s*(.-)%s*$")
  if token[3] == "bare" and text == "true" then return 1 end
  if token[3] == "bare" and text == "false" then return 0 end
  if #text > 400 then return nil, "number out of range" end
  if not text:find("^[+-]?%.?%d[%d.]*[eE]?[+-]?%d*$") then return nil, syntax end
  local n = tonumber((text:gsub("^%+", "")))
  if not n then return nil, syntax end
  if n <= -0x80000001 or n >= 0x80000000 then return nil, "number out of range" end
  return n < 0 and math.ceil(n) or math.floor(n)
end

local headerKeys = { code = true, extFields = true, flag = true, language = true, opaque = true, remark = true, version = true }
local foldedKeys = {}
for key in pairs(headerKeys) do foldedKeys[key:lower()] = key end

-- jsonExt reads the object extFields at i into cmd and returns the position behind it.
local function jsonExt(cmd, s, i)
  cmd.ext = {}
  i = i + 1
  while true do
    i = skipBlank(s, i)
    local c = s:byte(i)
    if not c then return nil, short, i end
    if c == 125 then return i + 1 end
    if c == 44 then
      i = i + 1
    else
      local key, next, where = scanValue(s, i, 2)
      if not key then return nil, next, where end
      i, next, where = colon(s, next)
      if not i then return nil, next, where end
      local value
      value, next, where = scanValue(s, i, 2)
      if not value then return nil, next, where end
      if #cmd.ext >= maxFields then return nil, "too many entries", key[1] end
      cmd.ext[#cmd.ext + 1] = { key = textOf(s, key) or "null", value = textOf(s, value), keyAt = key, valueAt = value }
      i = next
    end
  end
end

local languageByName = {}
for number, name in pairs(languages) do languageByName[name] = number end

local jsonMembers = {}
for _, name in ipairs({ "code", "flag", "opaque", "version" }) do
  jsonMembers[name] = function(cmd, s, token)
    local n, reason = int32Of(s, token)
    if n == nil then return reason end
    cmd[name] = n or (name ~= "opaque" and 0 or nil)
  end
end

function jsonMembers.language(cmd, s, token)
  cmd.language, cmd.languageName = nil, nil
  if token[3] == "null" then return end
  if token[3] == "bare" then
    local n, reason = int32Of(s, token)
    if n == nil then return reason end
    cmd.language = n >= 0 and n < 256 and n or 255
    return
  end
  local name = textOf(s, token)
  cmd.language = languageByName[name]
  if not cmd.language then cmd.languageName = name end
end

function jsonMembers.remark(cmd, s, token) cmd.remark = textOf(s, token) end

function jsonMembers.extFields(cmd, s, token)
  if token[3] ~= "null" then return "not a JSON object" end
  cmd.ext = nil
end

-- memberOf tells which member a key names; fastjson also takes one in another case, unless the right one is there.
local function memberOf(key, seen)
  if headerKeys[key] then return key end
  local name = foldedKeys[key:lower()]
  return name and not seen[name] and name or nil
end

-- decodeJSON reads a header.
local function decodeJSON(s)
  local cmd = { code = 0, flag = 0, version = 0, at = {} }
  local i = skipBlank(s, 1)
  if i > #s then return nil, short, i end
  if s:byte(i) ~= 123 then return nil, "not a JSON object", i end
  i = i + 1
  while true do
    i = skipBlank(s, i)
    local c = s:byte(i)
    if not c then return nil, short, i end
    if c == 125 then break end
    if c == 44 then
      i = i + 1
    else
      local key, next, where = scanValue(s, i, 1)
      if not key then return nil, next, where end
      local name = memberOf(textOf(s, key) or "null", cmd.at)
      i, next, where = colon(s, next)
      if not i then return nil, next, where end
      local token = { i, i, "nested" }
      if name == "extFields" and s:byte(i) == 123 then
        next, c, where = jsonExt(cmd, s, i)
        if not next then return nil, c, where end
        token[2] = next
      else
        token, next, where = scanValue(s, i, 1)
        if not token then return nil, next, where end
        local reason = name and jsonMembers[name](cmd, s, token)
        if reason then return nil, reason, token[1] end
      end
      if name then cmd.at[name] = token end
      i = next
    end
  end
  i = skipBlank(s, i + 1)
  if i <= #s then return nil, "bytes after the end", i end
  return cmd
end
