package main

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

func TestEncodeAgain(t *testing.T) {
	n, bad := 0, 0
	for _, path := range captures(t) {
		files, err := capture.Open([]string{path}, capture.Options{NoSpool: true})
		if err != nil {
			t.Fatal(err)
		}
		source := newReading()
		source.handle = func(ev *session.Event, v *session.View) {
			if !ev.Kind.Frame() || ev.Cut > 0 {
				return
			}
			n++
			spec := decode.SpecOf(v.Command)
			got, err := decode.EncodeCommand(nil, v.Frame.Serialization, &spec, v.Frame.Body)
			if err != nil || !bytes.Equal(got, v.Frame.Raw) {
				bad++
				i := 0
				for i < min(len(got), len(v.Frame.Raw)) && got[i] == v.Frame.Raw[i] { i++ }
				t.Logf("%s %d %v %s %d:\n have %.300q\n want %.300q", filepath.Base(path), ev.Number, err, v.Frame.Serialization, i, got[8:], v.Frame.Raw[8:])
			}
		}
		if err := source.read(context.Background(), files); err != nil {
			t.Fatal(err)
		}
		files.Close()
	}
	t.Log(n, bad)
}
