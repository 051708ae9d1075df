package main

import (
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/mqsniff/mqsniff/proxy"
)

// tlsOptions are the flags about TLS.
type tlsOptions struct {
	proxy.TLSOptions
	mode, upstream string
}

func (o *tlsOptions) addTo(f *pflag.FlagSet) {
	f.StringVar(&o.mode, "tls", "passthrough", "clients that speak TLS: passthrough (unread), terminate (all must), auto (those that do; with an authority of our own), or off")
	f.StringVar(&o.CertFile, "tls-cert", "", "show clients the certificate in `FILE` instead of one that our own authority issues")
	f.StringVar(&o.KeyFile, "tls-key", "", "its key, in `FILE`")
	f.StringVar(&o.ClientCA, "tls-client-ca", "", "want certificates of clients, issued by one of those in `FILE`")
	f.StringVar(&o.upstream, "upstream-tls", "auto", "TLS towards servers: on, off, or auto: as the client does")
	f.StringVar(&o.UpstreamCA, "upstream-ca", "", "trust servers with a certificate issued by one of those in `FILE`")
	f.StringVar(&o.UpstreamName, "upstream-name", "", "the `HOST` that servers' certificates are for")
	f.BoolVar(&o.UpstreamInsecure, "upstream-insecure", false, "do not verify servers' certificates")
	f.StringVar(&o.UpstreamCert, "upstream-cert", "", "show servers that ask for one the certificate in `FILE`")
	f.StringVar(&o.UpstreamKey, "upstream-key", "", "its key, in `FILE`")
	f.StringVar(&o.KeyLog, "keylog", "", "append the secrets of both sides to `FILE`, for Wireshark")
}

// check refuses flags that would do nothing: who gives a certificate thinks that TLS is read.
func (o *tlsOptions) check() error {
	mode, upstream := proxy.TLSMode(o.mode), proxy.UpstreamTLS(o.upstream)
	if mode != proxy.TLSPassthrough && mode != proxy.TLSOff {
		return nil
	}
	switch {
	case o.CertFile != "" || o.KeyFile != "" || o.ClientCA != "":
		return usagef("--tls-cert, --tls-key and --tls-client-ca do nothing with --tls %s: add --tls terminate, or auto", mode)
	case upstream != proxy.UpstreamOn && (o.UpstreamCA != "" || o.UpstreamName != "" || o.UpstreamInsecure || o.UpstreamCert != "" || o.UpstreamKey != "" || o.KeyLog != ""):
		return usagef("--upstream-ca, --upstream-name, --upstream-insecure, --upstream-cert, --upstream-key and --keylog do nothing with --tls %s: add --tls terminate, or auto, or --upstream-tls on", mode)
	}
	return nil
}

// open reads the files and makes the authority if there is none yet.
func (o *tlsOptions) open() (*proxy.TLS, error) {
	t := o.TLSOptions
	t.Mode, t.Upstream = proxy.TLSMode(o.mode), proxy.UpstreamTLS(o.upstream)
	if state := stateFile("ca"); t.Mode != proxy.TLSPassthrough && state != "" && t.CertFile == "" && t.KeyFile == "" {
		t.StateDir = filepath.Clean(state)
	}
	opened, err := proxy.NewTLS(t)
	if err != nil {
		return nil, usageError{err}
	}
	return opened, nil
}
