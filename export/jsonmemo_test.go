package export

import (
	"net/netip"
	"strconv"
	"testing"

	"github.com/mqsniff/mqsniff/session"
)

func TestMemoKeepsWhatItsSlotWasAskedLast(t *testing.T) {
	var m memo[int32]
	made := 0
	write := func(b []byte, n int32) []byte {
		made++
		return strconv.AppendInt(b, int64(n), 10)
	}
	for i, n := range []int32{0, 0, memoSlots, memoSlots, 0, -1, -1, 1} {
		if got, want := string(m.append([]byte("x"), n, n, write)), "x"+strconv.Itoa(int(n)); got != want {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
	if made != 5 {
		t.Errorf("made %d times", made)
	}
}

// Of two connections with the same number, as in two sessions, each has its own addresses.
func TestConnectionsOfOneNumber(t *testing.T) {
	j := NewJSON(nil, session.NewSymbols(), JSONOptions{})
	ev := &session.Event{Number: 1, Conn: 1, Kind: session.Open}
	for _, client := range []string{"10.0.0.1:1", "10.0.0.2:1", "[fe80::1%eth0]:1"} {
		v := &session.View{Conn: &session.Conn{Endpoints: session.Endpoints{Client: netip.MustParseAddrPort(client)}}}
		want := `{"frame":1,"time":"1970-01-01T00:00:00.000000000Z","conn":1,"client":"` + client + `","dir":"c2s","kind":"open"}` + "\n"
		for range 2 {
			if got := string(j.Append(nil, ev, v)); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
	}
}
