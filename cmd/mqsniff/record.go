package main

import (
	"time"

	"github.com/spf13/pflag"

	"github.com/mqsniff/mqsniff/capture"
	"github.com/mqsniff/mqsniff/capture/pcapfile"
)

// recordOptions are the flags about where packets go.
type recordOptions struct {
	path     string
	maxSize  size
	maxAge   time.Duration
	maxFiles int
	spool    size
}

func (o *recordOptions) addTo(f *pflag.FlagSet) {
	f.StringVarP(&o.path, "write", "w", "", "write the packets to `FILE`, as pcapng; compressed if it ends in .zst")
	o.addRotation(f)
}

func (o *recordOptions) addRotation(f *pflag.FlagSet) {
	f.Var(&o.maxSize, "rotate-size", "begin another file after `SIZE` bytes")
	f.DurationVar(&o.maxAge, "rotate-every", 0, "begin another file after so long")
	f.IntVar(&o.maxFiles, "rotate-keep", 0, "keep the latest `N` files, 0: all")
	f.Var(&o.spool, "spool", "for the screen: keep the latest `SIZE` bytes of packets in a temporary file ($TMPDIR)")
}

func (o *recordOptions) check() error {
	switch {
	case o.path == "" && (o.maxSize > 0 || o.maxAge > 0 || o.maxFiles > 0):
		return usagef("--rotate-… goes with a file to write")
	case o.maxAge < 0 || o.maxFiles < 0:
		return usagef("--rotate-every and --rotate-keep take no negative values")
	case o.maxFiles > 0 && o.maxSize == 0 && o.maxAge == 0:
		return usagef("--rotate-keep goes with --rotate-size or --rotate-every")
	case o.path == "-" && (o.maxSize > 0 || o.maxAge > 0):
		return usagef("standard output cannot be rotated: name a file to write to")
	}
	return nil
}

// options are those of the recording; again: bytes will be read again.
func (o recordOptions) options(again bool) capture.RecordOptions {
	r := capture.RecordOptions{
		Path: o.path, MaxSize: int64(o.maxSize), MaxAge: o.maxAge, MaxFiles: o.maxFiles,
		Section: pcapfile.Section{Application: "mqsniff " + version()},
	}
	if again {
		r.Spool = int64(o.spool)
	}
	return r
}
