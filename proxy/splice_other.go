//go:build !linux

package proxy

// pipes are needed on Linux only.
type pipes struct{}

func (*pipes) close() {}

func (p *pump) splice() error { return errNoSplice }
