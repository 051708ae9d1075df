package capture

import (
	"io"
	"os"
)

// spool keeps a copy of what is read through it in a temporary file.
type spool struct {
	src  io.Reader
	file *os.File
	name string // to remove; "": removed already
	err  error  // of writing; from then on nothing is kept
	told bool   // err is in the warnings
}

func newSpool(src io.Reader) (*spool, error) {
	file, err := os.CreateTemp("", "mqsniff-*.pcap")
	if err != nil {
		return nil, err
	}
	s := &spool{src: src, file: file, name: file.Name()}
	if os.Remove(s.name) == nil { // an open file can be removed on Unix; so nothing stays, however the program ends
		s.name = ""
	}
	return s, nil
}

func (s *spool) Read(p []byte) (int, error) {
	n, err := s.src.Read(p)
	if n > 0 && s.err == nil {
		_, s.err = s.file.Write(p[:n])
	}
	return n, err
}

func (s *spool) close() error {
	err := s.file.Close()
	if s.name != "" {
		os.Remove(s.name)
	}
	return err
}
