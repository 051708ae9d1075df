
-- ---------------------------------------------------------------------------------------------------------------------
-- Requests and responses. Each end of a connection counts its requests with opaques of its own. What is learnt of a frame
-- in the first pass through the capture is kept by its place, for Wireshark dissects packets again as it likes.

local streamField = Field.new("tcp.stream")
local waiting, known

local function forget() waiting, known = {}, {} end
forget()
rocketmq.init = forget

local function streamOf()
  local all = { streamField() }
  return #all > 0 and all[#all].value or -1
end

-- key names the requests of one end of a connection, asked from this address and port.
local function key(address, port) return streamOf() .. " " .. tostring(address) .. " " .. port end

local function ask(pinfo, cmd, request)
  if cmd.oneway or not cmd.opaque then return end
  local from = key(pinfo.src, pinfo.src_port)
  local requests = waiting[from]
  if not requests then
    requests = {}
    waiting[from] = requests
  end
  local list = requests[cmd.opaque]
  if not list then
    list = { first = 1 }
    requests[cmd.opaque] = list
  end
  list[#list + 1] = request
end

local function answer(pinfo, cmd)
  local requests = cmd.opaque and waiting[key(pinfo.dst, pinfo.dst_port)]
  local list = requests and requests[cmd.opaque]
  if not list then return nil end
  local request = list[list.first] -- equal opaques are answered oldest first
  if list.first == #list then
    requests[cmd.opaque] = nil
  else
    list.first = list.first + 1
  end
  return request
end

-- learn says what is known of a frame: the request that it is or answers, nil for a response without one, and of a
-- response how late it was.
local function learn(pinfo, tvb, cmd)
  local place = string.format("%d %d %d %d %s", pinfo.number, tvb:offset(), tvb:reported_len(), cmd.flag, tostring(cmd.opaque))
  local fact = known[place]
  if fact then return fact.request, fact.latency end
  fact = {}
  if cmd.response then
    fact.request = answer(pinfo, cmd)
    if fact.request then
      fact.request.response = pinfo.number
      fact.latency = pinfo.rel_ts - fact.request.time
    end
  else
    fact.request = subject(cmd.code, values(cmd))
    fact.request.code, fact.request.number, fact.request.time = cmd.code, pinfo.number, pinfo.rel_ts
    ask(pinfo, cmd, fact.request)
  end
  known[place] = fact
  return fact.request, fact.latency
end
