
-- ---------------------------------------------------------------------------------------------------------------------
-- Bodies of messages. A frame is drawn through a pen: its bytes, the body as a string, where that begins, and how many
-- lines may still be drawn; Wireshark gives up a packet with a million of them.

local maxLines = 100000

local function line(pen, tree, field, off, len, value)
  pen.lines = pen.lines + 1
  local range = pen.tvb(off, len)
  if value == nil then return tree:add(field, range) end
  return tree:add(field, range, value)
end

local function text(pen, tree, field, off, len, value) return line(pen, tree, field, off, len, clean(value)) end

-- at turns a position within the body into an offset within the frame.
local function at(pen, i) return pen.bodyAt + i - 1 end

local function timestamp(pen, tree, field, off, len, ms)
  if ms < 0 or ms > lastTime then
    return line(pen, tree, field, off, len, NSTime.new(0, 0)):append_text(" (" .. string.format("%.0f", ms) .. " ms, out of range)")
  end
  local seconds = math.floor(ms / 1000)
  return line(pen, tree, field, off, len, NSTime.new(seconds, (ms - seconds * 1000) * 1000000))
end

local compressions = { [0] = "zlib", [1] = "lz4", [2] = "zstd", [3] = "zlib" }
local transactions = { [0] = "none", [1] = "half", [2] = "commit", [3] = "rollback" }

-- compressionOf names what a body with these flags is compressed with.
local function compressionOf(sysFlag)
  if not bit(sysFlag, 1) then return "none" end
  return compressions[math.floor(sysFlag / 0x100) % 8] or "unknown"
end

local function drawSysFlag(pen, tree, off, len, sysFlag)
  local item = line(pen, tree, f.sysFlag, off, len, sysFlag)
  line(pen, item, f.compression, off, len, compressionOf(sysFlag))
  line(pen, item, f.multiTags, off, len, bit(sysFlag, 2))
  line(pen, item, f.transaction, off, len, transactions[math.floor(sysFlag / 4) % 4])
  line(pen, item, f.innerBatch, off, len, bit(sysFlag, 0x40) and bit(sysFlag, 0x80))
end

-- What a frame's bodies may cost: Lua takes some 20 ms for the checksum of 64 KiB, and 64 KiB may decompress to 64 MiB.
local maxBodies = 0x10000

-- affordable tells whether something may still be done with n bytes of a body, and notes it.
local function affordable(pen, what, n)
  local spent = (pen[what] or 0) + n
  if spent > maxBodies then return false end
  pen[what] = spent
  return true
end

-- crcTables are the exclusive or of two bytes, at 256 a + b, and CRC-32's table by bytes, the lowest first. No operator for
-- the former is in all releases of Lua that Wireshark has.
local function crcTables()
  local xor = {}
  for a = 0, 255 do
    for b = 0, 255 do
      local n, x, y, value = 0, a, b, 1
      while x > 0 or y > 0 do
        if x % 2 ~= y % 2 then n = n + value end
        x, y, value = math.floor(x / 2), math.floor(y / 2), value * 2
      end
      xor[256 * a + b] = n
    end
  end
  local bytes = { {}, {}, {}, {} }
  for n = 0, 255 do
    local c = { n, 0, 0, 0 }
    for _ = 1, 8 do
      local odd, carry = c[1] % 2 == 1, 0
      for i = 4, 1, -1 do
        local low = c[i] % 2
        c[i], carry = math.floor(c[i] / 2) + 128 * carry, low
      end
      for i, p in ipairs(odd and { 0x20, 0x83, 0xB8, 0xED } or {}) do c[i] = xor[256 * c[i] + p] end
    end
    for i = 1, 4 do bytes[i][n] = c[i] end
  end
  return xor, bytes
end

local crcXor, crcBytes

-- checksum is what a broker stores for s[first, behind): CRC-32 without its highest bit.
local function checksum(s, first, behind)
  if not crcXor then crcXor, crcBytes = crcTables() end
  local xor, t1, t2, t3, t4 = crcXor, crcBytes[1], crcBytes[2], crcBytes[3], crcBytes[4]
  local a, b, c, d = 255, 255, 255, 255
  for i = first, behind - 1 do
    local n = xor[256 * a + s:byte(i)]
    a, b, c, d = xor[256 * b + t1[n]], xor[256 * c + t2[n]], xor[256 * d + t3[n]], t4[n]
  end
  return (((255 - d) % 128 * 256 + 255 - c) * 256 + 255 - b) * 256 + 255 - a
end

-- drawCRC draws the checksum at i of the body [first, behind), and whether it is right.
local function drawCRC(pen, tree, i, first, behind)
  local item = line(pen, tree, f.bodyCRC, at(pen, i), 4)
  if behind == first then return end
  if not affordable(pen, "checked", behind - first) then
    item:append_text(" (not checked)")
    return
  end
  local want = checksum(pen.body, first, behind)
  local right = u32(pen.body, i) == want
  line(pen, item, f.crcRight, at(pen, i), 4, right):set_generated()
  if not right then
    item:append_text(string.format(" (wrong, the body has 0x%08x)", want))
    item:add_proto_expert_info(e.crc)
  end
end

-- decompressors are what this Wireshark has: up to 4.2 uncompress, which reads zlib, later others.
local decompressors = {
  zlib = rawget(TvbRange, "uncompress_zlib") or rawget(TvbRange, "uncompress"),
  zstd = rawget(TvbRange, "uncompress_zstd"),
}

local function preview(item, s, first, behind)
  local n = behind - first
  local start = s:sub(first, math.min(behind, first + 200) - 1)
  if n <= 200 and isText(start) then item:append_text(" (" .. start .. ")") end
end

-- drawBody draws the body of a message, [first, behind) of the body of its frame, and what it decompresses to. It returns a
-- pen for that.
local function drawBody(pen, tree, first, behind, sysFlag)
  local n = behind - first
  line(pen, tree, f.messageBodyLength, at(pen, first), n, n):set_generated()
  if n == 0 then return nil end
  local item = line(pen, tree, f.messageBody, at(pen, first), n)
  local kind = compressionOf(sysFlag)
  if kind == "none" then
    preview(item, pen.body, first, behind)
    return nil
  end
  local decompress, range = decompressors[kind], nil
  if decompress and affordable(pen, "decompressed", n) then
    range = decompress(pen.tvb(at(pen, first), n), "Decompressed message")
  end
  if not range or range:len() == 0 then
    item:append_text(" (" .. kind .. ", not decompressed)")
    item:add_proto_expert_info(e.compressed)
    return nil
  end
  local inner = { tvb = range:tvb(), body = range:raw(), bodyAt = 0, lines = pen.lines + 1 }
  item:append_text(string.format(" (%s, %d bytes)", kind, #inner.body))
  preview(item:add(f.decompressed, range), inner.body, 1, #inner.body + 1)
  return inner
end
