
-- ---------------------------------------------------------------------------------------------------------------------
-- Numbers and texts. Positions in strings count from 1.

local function u16(s, i)
  local a, b = s:byte(i, i + 1)
  return a * 256 + b
end

local function u32(s, i)
  local a, b, c, d = s:byte(i, i + 3)
  return ((a * 256 + b) * 256 + c) * 256 + d
end

local function i16(s, i)
  local n = u16(s, i)
  return n >= 0x8000 and n - 0x10000 or n
end

local function i32(s, i)
  local n = u32(s, i)
  return n >= 0x80000000 and n - 0x100000000 or n
end

-- bit tells whether a number from 0 has the bit of this value.
local function bit(n, value) return math.floor(n / value) % 2 == 1 end

local function unsigned(n) return n < 0 and n + 0x100000000 or n end

local utf8Forms = {
  "^[\194-\223][\128-\191]", "^\224[\160-\191][\128-\191]", "^[\225-\236\238\239][\128-\191][\128-\191]",
  "^\237[\128-\159][\128-\191]", "^\240[\144-\191][\128-\191][\128-\191]",
  "^[\241-\243][\128-\191][\128-\191][\128-\191]", "^\244[\128-\143][\128-\191][\128-\191]",
}

local maxText = 1048576 -- bytes of a text that is shown

-- clean makes s a text that Wireshark takes: valid UTF-8 without zero bytes, and not too long.
local function clean(s)
  if #s > maxText then s = s:sub(1, maxText) .. " (cut)" end
  if not s:find("[\0\128-\255]") then return s end
  local out, i = {}, 1
  while i <= #s do
    local part = s:match("^[\1-\127]+", i)
    if not part then
      for _, form in ipairs(utf8Forms) do
        part = s:match(form, i)
        if part then break end
      end
    end
    if part then
      i = i + #part
    else
      part = s:byte(i) == 0 and "\226\144\128" or "\239\191\189" -- SYMBOL FOR NULL, REPLACEMENT CHARACTER
      i = i + 1
    end
    out[#out + 1] = part
  end
  return table.concat(out)
end

-- utf8Of encodes a code point.
local function utf8Of(c)
  if c < 0x80 then return string.char(c) end
  local low = 0x80 + c % 64
  c = math.floor(c / 64)
  if c < 0x20 then return string.char(0xC0 + c, low) end
  local middle = 0x80 + c % 64
  c = math.floor(c / 64)
  if c < 0x10 then return string.char(0xE0 + c, middle, low) end
  return string.char(0xF0 + math.floor(c / 64), 0x80 + c % 64, middle, low)
end

-- decimal reads an integer as Long.parseLong does: a number for what a double holds exactly, or nil.
local function decimal(s)
  if not s or #s > 19 or not s:find("^[+-]?%d+$") then return nil end
  return tonumber((s:gsub("^%+", "")))
end

-- int64Of reads an integer of up to 64 bits, exactly; nil where s is none.
local function int64Of(s)
  local sign, digits = s:match("^([+-]?)(%d+)$")
  if not digits or #digits > 19 then return nil end
  local high, low = 0, 0
  for i = 1, #digits do
    low = low * 10 + digits:byte(i) - 48
    high = high * 10 + math.floor(low / 0x100000000)
    low = low % 0x100000000
  end
  if sign == "-" then -- two's complement
    if high > 0x80000000 or high == 0x80000000 and low > 0 then return nil end
    high, low = 0xFFFFFFFF - high, 0x100000000 - low
    if low == 0x100000000 then high, low = (high + 1) % 0x100000000, 0 end
  elseif high >= 0x80000000 then
    return nil
  end
  return Int64.new(low, high)
end

local lastTime = 253402300799999 -- ms, the end of the year 9999

-- timeText is a point in time, in ms since 1970, or nil.
local function timeText(ms)
  if not ms or ms <= 0 or ms > lastTime then return nil end
  return os.date("!%Y-%m-%d %H:%M:%S", math.floor(ms / 1000)) .. string.format(".%03dZ", ms % 1000)
end

-- isText tells whether s has no control characters but line ends and tabs, and is UTF-8.
local function isText(s) return not s:find("[\0-\8\11\12\14-\31\127]") and clean(s) == s end
