
-- ---------------------------------------------------------------------------------------------------------------------
-- What a filter may name.

local rocketmq = Proto("rocketmq", "Apache RocketMQ Remoting")

local serializeTypes = { [0] = "JSON", [1] = "ROCKETMQ" }

local function prefixed(name) return "rocketmq." .. name end

local f = {
  length = ProtoField.uint32(prefixed("length"), "Length", base.DEC, nil, nil, "Bytes behind this field"),
  serializeType = ProtoField.uint8(prefixed("serialize_type"), "Serialize type", base.DEC, serializeTypes),
  headerLength = ProtoField.uint24(prefixed("header_length"), "Header length", base.DEC),
  header = ProtoField.string(prefixed("header"), "Header"),
  code = ProtoField.int32(prefixed("code"), "Code", base.DEC, requests, nil, "Operation; of a response that of its request"),
  truncatedCode = ProtoField.int32(prefixed("truncated_code"), "Code before it was cut to 16 bits", base.DEC, requests),
  status = ProtoField.int32(prefixed("status"), "Status", base.DEC, statuses, nil, "Response code"),
  opaque = ProtoField.int32(prefixed("opaque"), "Opaque", base.DEC, nil, nil, "Number of a request, repeated by its response"),
  flag = ProtoField.int32(prefixed("flag"), "Flag", base.DEC),
  response = ProtoField.bool(prefixed("flag.response"), "Response"),
  oneway = ProtoField.bool(prefixed("flag.oneway"), "Oneway"),
  language = ProtoField.uint8(prefixed("language"), "Language", base.DEC, languages),
  languageName = ProtoField.string(prefixed("language_name"), "Language", base.UNICODE, "A language that has no number"),
  version = ProtoField.int32(prefixed("version"), "Version", base.DEC, versions, nil, "Of the sender (MQVersion)"),
  remark = ProtoField.string(prefixed("remark"), "Remark", base.UNICODE),
  ext = ProtoField.none(prefixed("ext"), "Extension fields"),
  extEntry = ProtoField.string(prefixed("ext_entry"), "Extension field", base.UNICODE),
  extKey = ProtoField.string(prefixed("ext_key"), "Key", base.UNICODE),
  extValue = ProtoField.string(prefixed("ext_value"), "Value", base.UNICODE),
  topic = ProtoField.string(prefixed("topic"), "Topic", base.UNICODE, "Of a response that of its request"),
  group = ProtoField.string(prefixed("group"), "Group", base.UNICODE, "Of a response that of its request"),
  clientId = ProtoField.string(prefixed("client_id"), "Client", base.UNICODE, "Of a response that of its request"),
  body = ProtoField.bytes(prefixed("body"), "Body"),
  bodyText = ProtoField.string(prefixed("body_text"), "Body", base.UNICODE),
  json = ProtoField.string(prefixed("json"), "JSON", base.UNICODE, "A member or element of a body that is JSON"),
  skipped = ProtoField.bytes(prefixed("skipped"), "Bytes that are in no frame"),

  responseIn = ProtoField.framenum(prefixed("response_in"), "Response in", base.NONE, frametype.RESPONSE),
  responseTo = ProtoField.framenum(prefixed("response_to"), "Response to", base.NONE, frametype.REQUEST),
  time = ProtoField.relative_time(prefixed("time"), "Latency"),
  messageCount = ProtoField.uint32(prefixed("message_count"), "Messages", base.DEC),

  message = ProtoField.none(prefixed("message"), "Message"),
  size = ProtoField.int32(prefixed("message.size"), "Size", base.DEC),
  magic = ProtoField.uint32(prefixed("message.magic"), "Magic code", base.HEX, { [magicV1] = "V1", [magicV2] = "V2" }),
  bodyCRC = ProtoField.uint32(prefixed("message.bodyCRC"), "Body CRC", base.HEX),
  crcRight = ProtoField.bool(prefixed("message.bodyCRC_right"), "Body is what the broker stored"),
  queueId = ProtoField.int32(prefixed("message.queueId"), "Queue id", base.DEC),
  messageFlag = ProtoField.int32(prefixed("message.flag"), "Flag", base.DEC, nil, nil, "The application's"),
  queueOffset = ProtoField.int64(prefixed("message.queueOffset"), "Queue offset", base.DEC),
  commitLogOffset = ProtoField.int64(prefixed("message.commitLogOffset"), "Commit log offset", base.DEC),
  sysFlag = ProtoField.uint32(prefixed("message.sysFlag"), "System flag", base.HEX),
  compression = ProtoField.string(prefixed("message.compression"), "Compression"),
  transaction = ProtoField.string(prefixed("message.transaction"), "Transaction"),
  multiTags = ProtoField.bool(prefixed("message.multi_tags"), "Several tags"),
  innerBatch = ProtoField.bool(prefixed("message.inner_batch"), "Inner batch"),
  bornTimestamp = ProtoField.absolute_time(prefixed("message.bornTimestamp"), "Born", base.UTC),
  bornHost = ProtoField.ipv4(prefixed("message.bornHost"), "Born host"),
  bornHost6 = ProtoField.ipv6(prefixed("message.bornHost_v6"), "Born host"),
  bornPort = ProtoField.int32(prefixed("message.bornHost_port"), "Born host port", base.DEC),
  storeTimestamp = ProtoField.absolute_time(prefixed("message.storeTimestamp"), "Stored", base.UTC),
  storeHost = ProtoField.ipv4(prefixed("message.storeHost"), "Store host"),
  storeHost6 = ProtoField.ipv6(prefixed("message.storeHost_v6"), "Store host"),
  storePort = ProtoField.int32(prefixed("message.storeHost_port"), "Store host port", base.DEC),
  reconsumeTimes = ProtoField.int32(prefixed("message.reconsumeTimes"), "Reconsume times", base.DEC),
  prepared = ProtoField.int64(prefixed("message.preparedTransactionOffset"), "Prepared transaction offset", base.DEC),
  messageBody = ProtoField.bytes(prefixed("message.body"), "Body"),
  decompressed = ProtoField.bytes(prefixed("message.decompressed"), "Decompressed"),
  messageBodyLength = ProtoField.int32(prefixed("message.body_length"), "Body length", base.DEC),
  messageTopic = ProtoField.string(prefixed("message.topic"), "Topic", base.UNICODE),
  properties = ProtoField.none(prefixed("message.properties"), "Properties"),
  property = ProtoField.string(prefixed("message.property"), "Property", base.UNICODE),
  propertyKey = ProtoField.string(prefixed("property_key"), "Key", base.UNICODE),
  propertyValue = ProtoField.string(prefixed("property_value"), "Value", base.UNICODE),
}

local makers = {
  string = function(abbr, name, meaning) return ProtoField.string(abbr, name, base.UNICODE, meaning) end,
  int32 = function(abbr, name, meaning) return ProtoField.int32(abbr, name, base.DEC, nil, nil, meaning) end,
  int64 = function(abbr, name, meaning) return ProtoField.int64(abbr, name, base.DEC, nil, nil, meaning) end,
  boolean = function(abbr, name, meaning) return ProtoField.bool(abbr, name, base.NONE, nil, nil, meaning) end,
}

local all, extFields, extTypes, propertyFields = {}, {}, {}, {}
for _, field in pairs(f) do all[#all + 1] = field end
for _, spec in ipairs(extSpecs) do
  local field = makers[spec[3]](prefixed("ext." .. spec[2]), spec[1], spec[4])
  extFields[spec[1]], extTypes[spec[1]], all[#all + 1] = field, spec[3], field
end
for _, spec in ipairs(propertySpecs) do
  local field = ProtoField.string(prefixed("property." .. spec[2]), spec[1], base.UNICODE, spec[3])
  propertyFields[spec[1]], all[#all + 1] = field, field
end
rocketmq.fields = all

local e = {
  failed = ProtoExpert.new(prefixed("failed"), "The request failed", expert.group.RESPONSE_CODE, expert.severity.WARN),
  nothing = ProtoExpert.new(prefixed("nothing"), "There was nothing to answer", expert.group.RESPONSE_CODE, expert.severity.CHAT),
  stored = ProtoExpert.new(prefixed("stored_anyway"), "Stored, but not as it should be", expert.group.RESPONSE_CODE, expert.severity.NOTE),
  unmatched = ProtoExpert.new(prefixed("unmatched"), "A response whose request was not seen", expert.group.SEQUENCE, expert.severity.NOTE),
  undecodable = ProtoExpert.new(prefixed("undecodable"), "Not decodable", expert.group.MALFORMED, expert.severity.ERROR),
  value = ProtoExpert.new(prefixed("value"), "Not a value of its type", expert.group.PROTOCOL, expert.severity.WARN),
  cut = ProtoExpert.new(prefixed("cut"), "Not all bytes were captured", expert.group.UNDECODED, expert.severity.NOTE),
  crc = ProtoExpert.new(prefixed("bad_crc"), "The body is not what the broker stored", expert.group.CHECKSUM, expert.severity.WARN),
  compressed = ProtoExpert.new(prefixed("compressed"), "Not decompressed", expert.group.UNDECODED, expert.severity.CHAT),
  many = ProtoExpert.new(prefixed("many"), "More than is shown", expert.group.UNDECODED, expert.severity.NOTE),
  truncated = ProtoExpert.new(prefixed("truncated"), "The code lost its upper bits in a ROCKETMQ header", expert.group.PROTOCOL, expert.severity.WARN),
}
local experts = {}
for _, info in pairs(e) do experts[#experts + 1] = info end
rocketmq.experts = experts
