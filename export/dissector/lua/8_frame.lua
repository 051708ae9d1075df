
-- ---------------------------------------------------------------------------------------------------------------------
-- Frames.

-- show puts what a frame is into the column Info, behind the frames that came before it in the same packet.
local function show(pinfo, what)
  what = clean(what):gsub("%c", " ")
  if tostring(pinfo.cols.protocol):find("ROCKETMQ", 1, true) then
    pinfo.cols.info:append("; " .. what)
  else
    pinfo.cols.info:set(what)
  end
  pinfo.cols.protocol:set("ROCKETMQ")
  pinfo.cols.info:fence()
end

-- undecodable says why nothing more can be read.
local function undecodable(pinfo, item, why)
  item:add_proto_expert_info(e.undecodable, "Not decodable: " .. why)
  item:append_text(", not decodable: " .. why)
  show(pinfo, "not decodable: " .. why)
end

local function drawExtEntry(pen, tree, code, entry)
  local name, shown = entry.key, entry.key
  if sends[code] and longNames[name] then
    name = longNames[name]
    shown = entry.key .. " " .. name
  end
  local from, len = prefixLen + entry.valueAt[1] - 1, entry.valueAt[2] - entry.valueAt[1]
  local field, kind, value, item = extFields[name], extTypes[name], entry.value, nil
  if field and kind == "string" and value then
    item = text(pen, tree, field, from, len, value)
  elseif field and kind == "boolean" and value and (value:lower() == "true" or value:lower() == "false") then
    item = line(pen, tree, field, from, len, value:lower() == "true")
  elseif field and kind == "int32" and value then
    local n = decimal(value)
    if n and n >= -0x80000000 and n < 0x80000000 then item = line(pen, tree, field, from, len, n) end
  elseif field and kind == "int64" and value then
    local n = int64Of(value)
    if n then item = line(pen, tree, field, from, len, n) end
  end
  if not item then
    item = text(pen, tree, f.extEntry, from, len, shown .. ": " .. (value or "null"))
    if field and kind ~= "string" and present(value) then
      item:add_proto_expert_info(e.value, "Not a value of its type: " .. clean(value:sub(1, 80)))
    end
  end
  if shown ~= entry.key then item:prepend_text(clean(entry.key) .. " ") end
  local time = times[name] and timeText(decimal(value))
  if time then item:append_text(" (" .. time .. ")") end
  text(pen, item, f.extKey, prefixLen + entry.keyAt[1] - 1, entry.keyAt[2] - entry.keyAt[1], entry.key)
  if value then text(pen, item, f.extValue, from, len, value) end
end

local function drawExt(pen, tree, code, cmd)
  if not cmd.ext then return end
  local place = cmd.at.extFields
  local list = line(pen, tree, f.ext, prefixLen + place[1] - 1, place[2] - place[1])
  list:append_text(": " .. #cmd.ext)
  for i, entry in ipairs(cmd.ext) do
    if i > maxEntries then
      list:add_proto_expert_info(e.many)
      break
    end
    drawExtEntry(pen, list, code, entry)
  end
end

-- member draws a number or text of the header, if it is there.
local function member(pen, tree, field, cmd, name, value)
  local place = cmd.at[name]
  if not place or value == nil then return nil end
  return line(pen, tree, field, prefixLen + place[1] - 1, place[2] - place[1], value)
end

-- drawStatus draws the response code and judges it.
local function drawStatus(pen, tree, cmd, request)
  local name = statusName(request, cmd.code, cmd.version)
  local item = member(pen, tree, f.status, cmd, "code", cmd.code) or tree:add(f.status, cmd.code)
  item:set_text(string.format("Status: %s (%d)", name, cmd.code))
  if cmd.code ~= 0 then
    local code, info, remark = request and request.code or 0, e.failed, present(cmd.remark)
    if nothing[cmd.code] and not nothing[cmd.code][code] then
      info = e.nothing
    elseif sends[code] and storedAnyway[cmd.code] then
      info = e.stored
    end
    item:add_proto_expert_info(info, name .. (remark and ": " .. clean(remark:sub(1, 500)) or ""))
  end
  return name
end

local function drawCommand(pen, tree, cmd, kind, request, latency)
  local status, item
  if cmd.response then
    status = drawStatus(pen, tree, cmd, request)
    if request then tree:add(f.code, request.code):set_generated() end
  else
    item = member(pen, tree, f.code, cmd, "code", cmd.code) or tree:add(f.code, cmd.code)
    if kind == 1 and truncated[cmd.code] then
      tree:add(f.truncatedCode, truncated[cmd.code]):set_generated()
      item:add_proto_expert_info(e.truncated)
    end
  end
  item = member(pen, tree, f.flag, cmd, "flag", cmd.flag) or tree:add(f.flag, cmd.flag)
  item:add(f.response, cmd.response):set_generated()
  item:add(f.oneway, cmd.oneway):set_generated()
  member(pen, tree, f.opaque, cmd, "opaque", cmd.opaque)
  member(pen, tree, f.language, cmd, "language", cmd.language)
  member(pen, tree, f.languageName, cmd, "language", cmd.languageName and clean(cmd.languageName))
  member(pen, tree, f.version, cmd, "version", cmd.version)
  member(pen, tree, f.remark, cmd, "remark", cmd.remark and clean(cmd.remark))
  drawExt(pen, tree, request and request.code or not cmd.response and cmd.code, cmd)

  if request then
    for _, name in ipairs({ "topic", "group", "clientId" }) do
      if request[name] then tree:add(f[name], clean(request[name])):set_generated() end
    end
    if cmd.response then
      tree:add(f.responseTo, request.number):set_generated()
      local seconds = math.floor(latency)
      tree:add(f.time, NSTime.new(seconds, math.floor((latency - seconds) * 1e9 + 0.5))):set_generated()
    elseif request.response then
      tree:add(f.responseIn, request.response):set_generated()
    end
  end
  if cmd.response and not request then tree:add_proto_expert_info(e.unmatched) end
  return status
end

-- drawJSON draws the JSON at position i of the body, also that which only fastjson reads: numbers and objects as keys. It
-- returns the position behind it, nil where it cannot go on.
local function drawJSON(pen, tree, label, i, depth)
  local s = pen.body
  local open = s:byte(i)
  if open ~= 123 and open ~= 91 then
    local token, next = scanValue(s, i, depth)
    if not token then return nil end
    local value = clean(label .. (textOf(s, token) or "null"))
    line(pen, tree, f.json, at(pen, token[1]), token[2] - token[1], value):set_text(value)
    return next
  end
  if depth > maxNesting or pen.lines >= maxLines then return nil end
  label = clean(label) .. (open == 123 and "{}" or "[]")
  local item = line(pen, tree, f.json, at(pen, i), 1, label):set_text(label)
  local first = i
  i = i + 1
  while true do
    i = skipBlank(s, i)
    local c = s:byte(i)
    if not c then return nil end
    if c == (open == 123 and 125 or 93) then break end
    if c == 44 then
      i = i + 1
    else
      local name = ""
      if open == 123 then
        local key, next = scanValue(s, i, depth)
        if not key then return nil end
        name = (textOf(s, key) or "null") .. ": "
        i = colon(s, next)
      end
      i = i and drawJSON(pen, item, name, i, depth + 1)
      if not i then return nil end
    end
  end
  item:set_len(i + 1 - first)
  return i + 1
end

-- drawOtherBody draws a body that has no messages.
local function drawOtherBody(pen, tree, cmd, request)
  local n = #pen.body
  if n == 0 then return end
  if n > maxText or not isText(pen.body) then
    line(pen, tree, f.body, pen.bodyAt, n)
    return
  end
  local item = text(pen, tree, f.bodyText, pen.bodyAt, n, pen.body)
  local isJSON
  if cmd.response then
    isJSON = request and jsonResponses[request.code]
  else
    isJSON = jsonRequests[cmd.code]
  end
  if isJSON then drawJSON(pen, item, "", skipBlank(pen.body, 1), 1) end
end

-- readPrefix reads the eight bytes in front of a header: length, kind and length of the header, or nil and a reason.
local function readPrefix(tvb, off)
  local length, kind, header = tvb(off, 4):uint(), tvb(off + 4, 1):uint(), tvb(off + 5, 3):uint()
  if length < 4 or length + 4 > maxFrame then return nil, "frame length out of range" end
  if kind > 1 then return nil, "unknown serialize type" end
  if header > length - 4 or header < (kind == 0 and 2 or minBinaryHeader) then
    return nil, "header length does not fit the frame"
  end
  if off + prefixLen < tvb:captured_len() and kind == 0 then
    local c = tvb(off + prefixLen, 1):uint()
    if c ~= 123 and c ~= 47 and c ~= 32 and (c < 9 or c > 13) then return nil, "not a JSON object" end
  end
  return length, kind, header
end

local function drawFrame(pen, pinfo, tree, kind, headerLen, length)
  local tvb = pen.tvb
  local have = tvb:captured_len()
  if have < prefixLen + headerLen then
    tree:add_proto_expert_info(e.cut, "The header was not captured")
    show(pinfo, "header not captured")
    return
  end
  local cmd, reason = decodeHeader(tvb:raw(prefixLen, headerLen), kind)
  if not cmd then
    undecodable(pinfo, tree, reason)
    return
  end
  local request, latency = learn(pinfo, tvb, cmd)
  local status = drawCommand(pen, tree, cmd, kind, request, latency)

  pen.bodyAt = prefixLen + headerLen
  pen.body = have > pen.bodyAt and tvb:raw(pen.bodyAt, have - pen.bodyAt) or ""
  local count, wrong = drawMessages(pen, tree, cmd, request, not cmd.response and values(cmd))
  if count then
    tree:add(f.messageCount, count):set_generated()
  else
    drawOtherBody(pen, tree, cmd, request)
  end
  if pen.lines >= maxLines then tree:add_proto_expert_info(e.many) end
  if have < length + 4 then
    tree:add_proto_expert_info(e.cut, string.format("%d bytes were not captured", length + 4 - have))
  elseif wrong then
    tree:add_proto_expert_info(e.undecodable, "Messages: " .. wrong)
    tree:append_text(", messages: " .. wrong)
  end

  local what = request and operationName(request.code) or "response"
  if cmd.oneway then what = what .. " (oneway)" end
  if request and request.topic then what = what .. " " .. request.topic end
  if status then what = what .. ": " .. status end
  tree:append_text(", " .. clean(what))
  show(pinfo, what)
end

-- dissectFrame draws what dissect_tcp_pdus cut: a frame, or a run of bytes that begins none.
local function dissectFrame(tvb, pinfo, root)
  local have = tvb:captured_len()
  local tree = root:add(rocketmq, tvb())
  local pen = { tvb = tvb, lines = 0 }
  if have < prefixLen then
    tree:add_proto_expert_info(e.cut, "The frame was not captured")
    show(pinfo, "frame not captured")
    return tvb:reported_len()
  end
  local length, kind, headerLen = readPrefix(tvb, 0)
  if not length then
    undecodable(pinfo, tree:add(f.skipped, tvb()), kind)
    return tvb:reported_len()
  end
  tree:add(f.length, tvb(0, 4))
  tree:add(f.serializeType, tvb(4, 1))
  tree:add(f.headerLength, tvb(5, 3))
  drawFrame(pen, pinfo, tree, kind, headerLen, length)
  return tvb:reported_len()
end

-- frameLength says where the frame ends that begins at off; where none begins, where the next may.
local function frameLength(tvb, pinfo, off)
  local have, rest = tvb:captured_len(), tvb:reported_len() - off
  if have - off < prefixLen then return rest end
  local length = readPrefix(tvb, off)
  if length then return length + 4 end
  local s, from = tvb:raw(off, have - off), 2 * prefixLen
  while true do
    local i = s:find('{"code":', from, true)
    if not i then return rest end
    local start = i - 1 - prefixLen
    if readPrefix(tvb, off + start) then return start end
    from = i + 1
  end
end

-- foreign finds the dissector of what is not ours though it comes to our ports: TLS, and the gRPC of a 5.x proxy.
local tlsDissector, grpcDissector = Dissector.get("tls"), Dissector.get("http2")

local function foreign(tvb)
  if tvb:captured_len() < 5 then return nil end
  local first = tvb(0, 1):uint()
  if first >= 20 and first <= 23 and tvb(1, 1):uint() == 3 and tvb(2, 1):uint() <= 4 then return tlsDissector end
  if tvb:raw(0, 4) == "PRI " then return grpcDissector end
  return nil
end

function rocketmq.dissector(tvb, pinfo, root)
  if tvb:captured_len() == 0 then return 0 end
  local other = foreign(tvb)
  if other then
    other:call(tvb, pinfo, root)
  else
    dissect_tcp_pdus(tvb, root, prefixLen, frameLength, dissectFrame)
  end
  return tvb:reported_len()
end

-- likely tells whether tvb begins with a frame that a known peer would write.
local function likely(tvb)
  if tvb:captured_len() < prefixLen + minBinaryHeader then return false end
  local length, kind, headerLen = readPrefix(tvb, 0)
  if not length or headerLen > 0x40000 then return false end
  local s = tvb:raw(prefixLen, math.min(headerLen, tvb:captured_len() - prefixLen))
  if kind == 0 then
    return s:find('^%s*{') ~= nil and s:find('"code"%s*:') ~= nil and (#s < headerLen or s:find('"opaque"%s*:') ~= nil)
  end
  return languages[s:byte(3)] ~= nil and u16(s, 4) <= 2000 and u32(s, 10) <= 3 and u32(s, 14) <= headerLen - minBinaryHeader
end

rocketmq:register_heuristic("tcp", function(tvb, pinfo, root)
  if not likely(tvb) then return false end
  pinfo.conversation = rocketmq
  rocketmq.dissector(tvb, pinfo, root)
  return true
end)

-- Analyze, Decode As… takes any other port; behind TLS it is the same protocol.
DissectorTable.get("tcp.port"):add(ports, rocketmq)
local tlsPorts = DissectorTable.get("tls.port")
if tlsPorts then tlsPorts:add(ports, rocketmq) end
