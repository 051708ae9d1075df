package filter

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/mqsniff/mqsniff/decode"
	"github.com/mqsniff/mqsniff/session"
)

// memory is a Source whose file is one buffer.
type memory []byte

func (m memory) ReadAgain(dst []byte, ref session.Ref, _ session.Endpoints, _ session.Direction, n int) ([]byte, error) {
	return append(dst, m[ref.Offset:min(int(ref.Offset)+n, len(m))]...), nil
}

// Events of a store are matched by reading their frames again; the answer knows its request's version.
func TestStoreIsReadAgain(t *testing.T) {
	var file memory
	remark := "no such group"
	add := func(c decode.CommandSpec) (from int) {
		from = len(file)
		var err error
		if file, err = decode.EncodeCommand(file, decode.JSON, &c, nil); err != nil {
			t.Fatal(err)
		}
		return from
	}
	var handle session.Handler
	s := session.New(session.Options{}, func(ev *session.Event, v *session.View) { handle(ev, v) })
	request := add(decode.CommandSpec{Code: 11, Opaque: 1, Version: 395, Ext: []decode.ExtField{{Key: "consumerGroup", Value: "g"}, {Key: "queueId", Value: "4"}}})
	answer := add(decode.CommandSpec{Code: 26, Opaque: 1, Flag: 1, Version: 479, Remark: &remark})
	store := session.NewStore(0, s.Symbols, file)
	handle = store.Handle
	c := s.Open(1, session.Endpoints{Client: netip.MustParseAddrPort("10.0.0.1:50000"), Server: netip.MustParseAddrPort("10.0.0.2:10911")}, session.ClientToServer, true)
	c.Begin(session.ClientToServer, 1)
	c.Begin(session.ServerToClient, 1)
	c.Bytes(session.ClientToServer, session.Chunk{Bytes: file[request:answer], Time: 2, Offset: int64(request), Seq: 1})
	c.Bytes(session.ServerToClient, session.Chunk{Bytes: file[answer:], Time: 3, Offset: int64(answer), Seq: 1})
	w := OfStore(store)
	for src, want := range map[string][]uint32{
		`remark contains "group"`:                  {3},
		`ext.consumerGroup == "g"`:                 {2},
		`fields.queueId == 4`:                      {2},
		`client == "10.0.0.1:50000" and frame > 1`: {2, 3},
	} {
		f, err := Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		var got []uint32
		var ev session.Event
		for n := uint32(1); store.At(n, &ev); n++ {
			ok, err := f.Match(&ev, w)
			if err != nil {
				t.Errorf("%s: event %d: %v", src, n, err)
			}
			if ok {
				got = append(got, n)
			}
		}
		if !equal(got, want) {
			t.Errorf("%s: got %v, want %v", src, got, want)
		}
	}
	var ev session.Event
	store.At(3, &ev)
	if v, err := w.Read(&ev); err != nil || v.Context.RequestVersion != 395 || v.Context.Code != 11 || v.Conn.Number != 1 {
		t.Error(v, err)
	}
	store.At(1, &ev)
	if _, err := w.Read(&ev); !errors.Is(err, session.ErrNoBytes) {
		t.Error("an opening has no frame:", err)
	}
}
