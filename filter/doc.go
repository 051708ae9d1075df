// Package filter is the one expression language of mqsniff: display filters and -f.
//
//	code == SEND_MESSAGE_V2 and topic startsWith "order" and latency > 5
//	any(messages, .properties.KEYS == "k-17") or ext.AccessKey == "app1"
//
// An expression is text of the expr language (github.com/expr-lang/expr) that gives true or false for one event. Its names
// are the keys of the JSON output, see Fields, and the names of request and response codes, which are integer constants.
//
//	Compile ─> resolve (names → fields, constants) ─> expr's checker and compiler ─> Filter.Match(event, World)
//
// Most fields are in the event. The others (Field.NeedsFrame) are decoded from the frame's bytes, and only when evaluation
// comes to them: write the cheap condition first.
package filter
