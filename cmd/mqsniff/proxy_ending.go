package main

import (
	"errors"
	"fmt"

	"github.com/mqsniff/mqsniff/capture"
)

// beginRecording makes the file of --record, or for the screen the temporary one that frames are read again from.
func (r *proxyRun) beginRecording(screen bool) (err error) {
	o := r.options
	if o.record.path == "" && !screen {
		return nil
	}
	record := o.record.options(screen)
	record.Notice = r.source.notice
	recorder, err := capture.NewRelayed(o.mask.options(record))
	if err != nil {
		return err
	}
	r.source.recorder = recorder
	if o.record.path != "" {
		r.source.asked.mu.Lock() // ctl may ask already
		defer r.source.asked.mu.Unlock()
		r.source.asked.main = recorder
	}
	return nil
}

// endRecording ends the file of --record, and says what did not get into it. That is an error where the file is all that there
// was to see of the traffic.
func (r *proxyRun) endRecording() error {
	recorder, o := r.source.recorder, r.options
	if recorder == nil {
		return nil
	}
	err := recorder.Close()
	n := recorder.Stats().Refused
	if n == 0 {
		return err
	}
	line := fmt.Sprintf("%d packets not recorded: %s could not be written", n, o.record.path)
	if o.headless && o.print.output == "none" && o.operation.metrics == "" && o.ending.until == "" {
		return errors.Join(err, errors.New(line))
	}
	r.terminal.say(line)
	return err
}

// sayUnseen says what was relayed and not seen, for want of room.
func (r *proxyRun) sayUnseen() {
	if s := r.proxy.Stats(); s.Skipped != [2]uint64{} || s.Unseen > 0 {
		r.terminal.say(fmt.Sprintf("%d bytes and %d connections went through unseen: the output, or the disk, was slower than the traffic (--mem is the room in between)",
			s.Skipped[0]+s.Skipped[1], s.Unseen))
	}
}
