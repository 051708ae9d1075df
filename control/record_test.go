package control

import (
	"errors"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mqsniff/mqsniff/proxy"
)

// recorder is a Recorder that only says what it did.
type recorder struct {
	mu    sync.Mutex
	state Recording
	turns int
}

func (r *recorder) Recording() Recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

func (r *recorder) Start(file string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state.On {
		return errors.New("already recording to " + r.state.File + ": stop it first")
	}
	r.state = Recording{On: true, File: file}
	return nil
}

func (r *recorder) Stop() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.state.On {
		return errors.New("nothing is recorded")
	}
	r.state = Recording{}
	return nil
}

func (r *recorder) Rotate() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turns++
	return nil
}

func TestRecord(t *testing.T) {
	p, _ := echoing(t, proxy.Options{})
	r := &recorder{}
	s, c := serve(t, Options{Proxy: p, Recorder: r})
	file := filepath.Join(t.TempDir(), "a.pcapng")
	for _, step := range []struct{ action, file, want string }{
		{"stop", "", "nothing is recorded"},
		{"start", "", "name the file to record to by its absolute path"},
		{"start", "a.pcapng", "name the file to record to by its absolute path"},
		{"dance", "", "the action is start, stop or rotate"},
		{"stop", file, "a file goes with the action start only"},
		{"start", file, ""},
		{"start", file, "already recording to " + file + ": stop it first"},
		{"rotate", "", ""},
	} {
		_, err := c.Record(t.Context(), step.action, step.file)
		if err == nil && step.want != "" || err != nil && err.Error() != step.want {
			t.Errorf("%s %s: %v, want %q", step.action, step.file, err, step.want)
		}
	}
	var state Recording
	if get(t, c, "/record", &state); state != (Recording{On: true, File: file}) || r.turns != 1 {
		t.Errorf("%+v, rotated %d times", state, r.turns)
	}
	for _, body := range []string{"", "null x", "[]", `{"action":"stop"} {}`, `{"action":"stop","force":true}`, "{", strings.Repeat(" ", maxBody) + "{}"} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("POST", "/record", strings.NewReader(body)))
		if w.Code != 400 || !strings.Contains(w.Body.String(), `{"error":"`) {
			t.Errorf("%.20q: %d %s", body, w.Code, w.Body)
		}
	}
	if _, err := c.Record(t.Context(), "stop", ""); err != nil || r.Recording().On {
		t.Errorf("stop: %v", err)
	}

	address, err := s.Listen("127.0.0.1:0", false)
	check(t, err)
	tcp, err := NewClient(address)
	check(t, err)
	defer tcp.Close()
	if _, err := tcp.Record(t.Context(), "start", file); err == nil || !strings.Contains(err.Error(), "use the unix socket") {
		t.Errorf("over TCP: %v", err)
	}
}
