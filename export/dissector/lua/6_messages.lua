
-- ---------------------------------------------------------------------------------------------------------------------
-- Messages.

-- properties draws key \1 value \2 …; off and len is where they stand. exact says that they stand there unescaped.
local function drawProperties(pen, tree, s, off, len, exact)
  local list = line(pen, tree, f.properties, off, len)
  local i, count = 1, 0
  while i <= #s and pen.lines < maxLines do
    local stop = s:find("\2", i, true) or #s + 1
    local key, value = s:sub(i, stop - 1):match("^([^\1]+)\1(.+)$") -- without a value there is no property
    if key then
      local from, size = off, len
      if exact then from, size = off + i - 1, stop - i end
      local item
      if propertyFields[key] then
        item = text(pen, list, propertyFields[key], from, size, value)
      else
        item = text(pen, list, f.property, from, size, key .. ": " .. value)
      end
      text(pen, item, f.propertyKey, from, exact and #key or size, key)
      text(pen, item, f.propertyValue, exact and from + #key + 1 or off, exact and #value or size, value)
      count = count + 1
    end
    i = stop + 1
  end
  if i <= #s then list:add_proto_expert_info(e.many) end
  list:append_text(": " .. count)
end

-- elements draws a batch: it returns how many there are and what is wrong, if anything is.
local function elements(pen, tree, first, behind, draw)
  local s, i, count = pen.body, first, 0
  while i < behind do
    local left = behind - i
    if left < 22 then return count, short end
    local bodyLen = i32(s, i + 16)
    if bodyLen < 0 or bodyLen > left - 22 then return count, "length field does not fit" end
    local lengthAt = i + 20 + bodyLen
    local n = i16(s, lengthAt)
    if n < 0 or n > behind - lengthAt - 2 then return count, "length field does not fit" end
    local stop = lengthAt + 2 + n
    count = count + 1
    if draw and pen.lines < maxLines then
      local item = line(pen, tree, f.message, at(pen, i), stop - i)
      item:append_text(string.format(" %d: %d bytes", count, bodyLen))
      line(pen, item, f.size, at(pen, i), 4)
      line(pen, item, f.messageFlag, at(pen, i + 12), 4)
      drawBody(pen, item, i + 20, lengthAt, 0)
      if n > 0 then drawProperties(pen, item, s:sub(lengthAt + 2, stop - 1), at(pen, lengthAt + 2), n, true) end
    end
    i = stop
  end
  return count
end

-- locate finds the fields of the stored message that fills [i, i+size); nil and a reason where they do not fit.
local function locate(s, i, size)
  local behind = i + size
  local sysFlag = u32(s, i + 36)
  local r = { bornHost6 = bit(sysFlag, 0x10), storeHost6 = bit(sysFlag, 0x20), sysFlag = sysFlag }
  r.storeTimestamp = i + 48 + (r.bornHost6 and 20 or 8)
  r.storeHost = r.storeTimestamp + 8
  r.reconsumeTimes = r.storeHost + (r.storeHost6 and 20 or 8)
  r.body = r.reconsumeTimes + 16
  if r.body > behind then return nil, short end
  r.topicLength = r.body + math.max(0, i32(s, r.body - 4))
  if r.topicLength >= behind then return nil, "length field does not fit" end
  local n
  if u32(s, i + 4) == magicV2 then
    r.topic = r.topicLength + 2
    if r.topic > behind then return nil, short end
    n = u16(s, r.topicLength)
  else
    r.topic, n = r.topicLength + 1, s:byte(r.topicLength)
  end
  r.propertiesLength = r.topic + n
  if r.propertiesLength + 2 > behind then return nil, "length field does not fit" end
  r.properties = r.propertiesLength + 2
  r.behind = r.properties + math.max(0, i16(s, r.propertiesLength))
  if r.behind > behind then return nil, "length field does not fit" end
  return r
end

local function drawHost(pen, tree, i, v6, field4, field6, port)
  line(pen, tree, v6 and field6 or field4, at(pen, i), v6 and 16 or 4)
  line(pen, tree, port, at(pen, i + (v6 and 16 or 4)), 4)
end

local function drawRecord(pen, tree, i, size, r, count)
  local s = pen.body
  local item = line(pen, tree, f.message, at(pen, i), size)
  local topic = s:sub(r.topic, r.propertiesLength - 1)
  item:append_text(string.format(" %d: %s queue %d", count, clean(topic), i32(s, i + 12)))
  line(pen, item, f.size, at(pen, i), 4)
  line(pen, item, f.magic, at(pen, i + 4), 4)
  drawCRC(pen, item, i + 8, r.body, r.topicLength)
  text(pen, item, f.messageTopic, at(pen, r.topic), #topic, topic)
  line(pen, item, f.queueId, at(pen, i + 12), 4)
  line(pen, item, f.messageFlag, at(pen, i + 16), 4)
  line(pen, item, f.queueOffset, at(pen, i + 20), 8)
  line(pen, item, f.commitLogOffset, at(pen, i + 28), 8)
  drawSysFlag(pen, item, at(pen, i + 36), 4, r.sysFlag)
  timestamp(pen, item, f.bornTimestamp, at(pen, i + 40), 8, i32(s, i + 40) * 0x100000000 + u32(s, i + 44))
  drawHost(pen, item, i + 48, r.bornHost6, f.bornHost, f.bornHost6, f.bornPort)
  local t = r.storeTimestamp
  timestamp(pen, item, f.storeTimestamp, at(pen, t), 8, i32(s, t) * 0x100000000 + u32(s, t + 4))
  drawHost(pen, item, r.storeHost, r.storeHost6, f.storeHost, f.storeHost6, f.storePort)
  line(pen, item, f.reconsumeTimes, at(pen, r.reconsumeTimes), 4)
  line(pen, item, f.prepared, at(pen, r.reconsumeTimes + 4), 8)
  local inner = drawBody(pen, item, r.body, r.topicLength, r.sysFlag)
  if r.behind > r.properties then
    drawProperties(pen, item, s:sub(r.properties, r.behind - 1), at(pen, r.properties), r.behind - r.properties, true)
  end
  if not (bit(r.sysFlag, 0x40) and bit(r.sysFlag, 0x80)) then return end
  if inner then
    elements(inner, item, 1, #inner.body + 1, true)
    pen.lines = inner.lines
  elseif not bit(r.sysFlag, 1) then
    elements(pen, item, r.body, r.topicLength, true)
  end
end

-- records draws stored messages until the end of the body; the size of one is believed as far as it fits, so that one
-- which cannot be read costs only itself. It returns how many there are and what is wrong first, if anything is.
local function records(pen, tree)
  local s, i, count, wrong = pen.body, 1, 0, nil
  while i <= #s do
    local left = #s - i + 1
    if left < 8 then return count, wrong or short end
    local size = i32(s, i)
    if size < minRecord or size > left then return count, wrong or "record size does not fit" end
    local magic = u32(s, i + 4)
    if magic ~= magicV1 and magic ~= magicV2 then
      wrong = wrong or "unknown magic code"
    else
      local r, reason = locate(s, i, size)
      if r then
        count = count + 1
        if pen.lines < maxLines then drawRecord(pen, tree, i, size, r, count) end
        if r.behind ~= i + size then reason = "bytes after the end" end
      end
      wrong = wrong or reason
    end
    i = i + size
  end
  return count, wrong
end

-- drawSend draws the message of a send, which lies in its header and its body.
local function drawSend(pen, tree, cmd, all)
  local field = all.topic == nil and all.b ~= nil and function(name)
    for letter, long in pairs(longNames) do
      if long == name then return all[letter] end
    end
  end or function(name) return all[name] end
  local place = cmd.at.extFields or { 1, 1 }
  local off, len = prefixLen + place[1] - 1, place[2] - place[1]
  local batch = (field("batch") or ""):lower() == "true"
  local item = line(pen, tree, f.message, at(pen, 1), #pen.body)
  local topic = field("topic")
  if topic then
    text(pen, item, f.messageTopic, off, len, topic)
    item:append_text(": " .. clean(topic))
  end
  local n = decimal(field("queueId"))
  if n and n >= -0x80000000 and n < 0x80000000 then
    line(pen, item, f.queueId, off, len, n)
    item:append_text(string.format(" queue %d", n))
  end
  n = decimal(field("sysFlag"))
  local sysFlag = n and n >= 0 and n < 0x80000000 and n or 0
  drawSysFlag(pen, item, off, len, sysFlag)
  n = decimal(field("bornTimestamp"))
  if n then timestamp(pen, item, f.bornTimestamp, off, len, n) end
  local properties = present(field("properties"))
  if properties then drawProperties(pen, item, properties, off, len, false) end
  if not batch then
    drawBody(pen, item, 1, #pen.body + 1, sysFlag)
    return 1
  end
  item:append_text(", batch")
  return elements(pen, item, 1, #pen.body + 1, true)
end

-- drawMessages draws the messages of a frame. It returns their number, nil where its kind carries none, and what is wrong.
local function drawMessages(pen, tree, cmd, request, all)
  if cmd.response then
    if cmd.code ~= 0 or #pen.body == 0 then return nil end
    if request then
      if not pulls[request.code] then return nil end
    elseif #pen.body < minRecord or (u32(pen.body, 5) ~= magicV1 and u32(pen.body, 5) ~= magicV2) then
      return nil
    end
    return records(pen, tree)
  end
  if checks[cmd.code] and #pen.body > 0 then return records(pen, tree) end
  if sends[cmd.code] then return drawSend(pen, tree, cmd, all) end
  return nil
end
