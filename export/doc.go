// Package export prints events: lines of text for people and grep, one JSON object per line for programs, and a summary.
// Text, JSON and Summary each have a Handle that is a session.Handler, so that they read a capture as it is decoded.
//
// Every text from the wire goes through AppendSafe on its way into a line of text, and through appendText on its way into
// JSON. Nothing else may write such bytes.
package export
