// Package decode turns bytes of Apache RocketMQ's remoting protocol into values, and back.
//
// The way down: Split cuts a Frame out of a byte stream, Command.Decode reads its header (JSON or ROCKETMQ binary),
// MessagesOf walks the messages of its body, Describe names every field with the range of bytes that holds it.
// The way up: EncodeCommand.
//
// What the protocol calls things stands in tables (RequestCodes, ResponseCodes, Schemas, Languages, Versions,
// Properties); a new operation is a line there. The package knows nothing of connections, time, files or screens.
//
// Byte slices in results are views of the input unless a doc comment says otherwise: copy what must outlive it.
// Bytes from the wire are hostile. No length is believed before it was held against what is there, and a problem is an
// *Error, never a panic.
package decode
