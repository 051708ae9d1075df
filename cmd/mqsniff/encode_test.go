package main

import (
	"bytes"
	"context"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// differing are the senders whose headers cannot be written again as they were, and how many frames of theirs the sample
// captures have.
var differing = []struct {
	why    string
	is     func(decode.Frame) bool
	frames int
}{
	{"made by hand: a header of {} and blanks says what a header of zeros says", func(f decode.Frame) bool {
		return bytes.Equal(bytes.TrimRight(f.Header, " "), []byte("{}"))
	}, 2},
	{"rocketmq-client-cpp: some numbers among its extFields have no quotes, and a line feed ends the header", func(f decode.Frame) bool {
		return bytes.Contains(f.Header, []byte(`"language":"CPP"`)) && bytes.HasSuffix(f.Header, []byte("}\n"))
	}, 377},
}

// Every header that real clients and servers wrote is written again as it was, byte for byte. Where it is not, somebody
// else wrote it, and what is written again at least says the same.
func TestEncodeWhatWasDecoded(t *testing.T) {
	frames := map[decode.Serialization]int{}
	differ := make([]int, len(differing))
	for _, path := range captures(t) {
		name := filepath.Base(path)
		files, err := capture.Open([]string{path}, capture.Options{NoSpool: true})
		if err != nil {
			t.Fatal(err)
		}
		source := newReading()
		source.handle = func(ev *session.Event, v *session.View) {
			if !ev.Kind.Frame() || ev.Cut > 0 {
				return
			}
			f := v.Frame
			frames[f.Serialization]++
			spec := decode.SpecOf(v.Command)
			again, err := decode.EncodeCommand(nil, f.Serialization, &spec, f.Body)
			if err == nil && bytes.Equal(again, f.Raw) {
				return
			}
			for i := range differing {
				if err == nil && differing[i].is(f) && saysTheSame(again, spec) {
					differ[i]++
					return
				}
			}
			t.Errorf("%s, event %d: %v\nhave %.600q\nwant %.600q", name, ev.Number, err, again, f.Raw)
		}
		err = source.read(context.Background(), files)
		files.Close()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	t.Logf("%d frames with a JSON header, %d with a ROCKETMQ header", frames[decode.JSON], frames[decode.ROCKETMQ])
	if frames[decode.JSON] < 3000 || frames[decode.ROCKETMQ] < 150 {
		t.Error("too few to say anything")
	}
	for i, d := range differing {
		t.Logf("%d differ: %s", differ[i], d.why)
		if differ[i] != d.frames {
			t.Errorf("%d differ (%s), want %d", differ[i], d.why, d.frames)
		}
	}
}

// saysTheSame tells whether raw decodes to what spec says; no opaque is the same as 0 there.
func saysTheSame(raw []byte, spec decode.CommandSpec) bool {
	f, n, err := decode.Split(raw, decode.Limits{})
	var cmd decode.Command
	if err != nil || n != len(raw) || cmd.Decode(f) != nil {
		return false
	}
	return reflect.DeepEqual(decode.SpecOf(&cmd), spec)
}
