package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
)

// Recording is what is recorded at the moment.
type Recording struct {
	On      bool   `json:"recording"`
	File    string `json:"file,omitempty"`
	Packets uint64 `json:"packets"`           // since it began, in all its files
	Bytes   uint64 `json:"bytes"`             // of them
	Lost    uint64 `json:"lost"`              // packets that could not be written
	Stopped string `json:"stopped,omitempty"` // why none can be written at the moment; Rotate tries another file
}

// Recorder records what is relayed. Its methods are called from any goroutine; errors are one line with the remedy.
type Recorder interface {
	// Recording is the state.
	Recording() Recording
	// Start begins to record to a file, given by its absolute path. It fails while another is being written.
	Start(file string) error
	// Stop ends the recording; Rotate goes on in another file, also where no packets could be written any more. Both fail when
	// there is no recording. Stop has ended it also when its error says that packets are missing.
	Stop() error
	Rotate() error
}

// recordRequest is the body of POST /record.
type recordRequest struct {
	Action string `json:"action"`
	File   string `json:"file,omitempty"`
}

func (s *Server) recording(w http.ResponseWriter, _ *http.Request) {
	state := Recording{}
	if s.options.Recorder != nil {
		state = s.options.Recorder.Recording()
	}
	answer(w, http.StatusOK, state)
}

func (s *Server) record(w http.ResponseWriter, r *http.Request) {
	if s.options.Recorder == nil {
		refuse(w, http.StatusConflict, "this proxy looks at nothing, and so it cannot record: start it without --no-tap")
		return
	}
	var ask recordRequest
	if err := decodeBody(r.Body, &ask); err != nil {
		refuse(w, http.StatusBadRequest, fmt.Sprintf(`%v: send {"action":"start","file":"/absolute/path"}, {"action":"stop"} or {"action":"rotate"}`, err))
		return
	}
	var err error
	switch {
	case ask.Action != "start" && ask.File != "":
		refuse(w, http.StatusBadRequest, "a file goes with the action start only")
		return
	case ask.Action == "start":
		if _, tcp := localAddress(r); tcp {
			refuse(w, http.StatusForbidden, "everybody on the machine can ask here, so no file can be named: use the unix socket")
			return
		}
		if !filepath.IsAbs(ask.File) {
			refuse(w, http.StatusBadRequest, "name the file to record to by its absolute path")
			return
		}
		err = s.options.Recorder.Start(filepath.Clean(ask.File))
	case ask.Action == "stop":
		err = s.options.Recorder.Stop()
	case ask.Action == "rotate":
		err = s.options.Recorder.Rotate()
	default:
		refuse(w, http.StatusBadRequest, "the action is start, stop or rotate")
		return
	}
	if err != nil {
		refuse(w, http.StatusConflict, err.Error())
		return
	}
	answer(w, http.StatusOK, s.options.Recorder.Recording())
}

// decodeBody reads one JSON object and nothing else.
func decodeBody(body io.Reader, into any) error {
	d := json.NewDecoder(body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more behind the object")
	}
	return nil
}
