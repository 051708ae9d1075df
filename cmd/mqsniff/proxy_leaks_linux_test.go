package main

import (
	"os"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/control"
)

// TestLeaksWithoutRewriting: a route that leads past a proxy that rewrites nothing is said once, counted, and a finding with --strict.
// Regression: it went by without a word.
func TestLeaksWithoutRewriting(t *testing.T) {
	nameServer := serve(t, answering([]byte(`{"brokerDatas":[{"brokerAddrs":{0:"192.0.2.1:10911",1:"127.0.0.1:20911"},"brokerName":"a"}]}`)))
	for _, strict := range []bool{false, true} {
		args := []string{"--map", "127.0.0.1:20911=192.0.2.1:20911", "--map", "127.0.0.1:0=" + nameServer, "--headless"}
		if strict {
			args = append(args, "--strict")
		}
		p := startRelay(t, nil, args...)
		c := p.connect()
		check(t, ask(c, 105, 1, nil))
		check(t, ask(c, 105, 2, nil))
		check(t, ask(c, 10, 3, nil)) // its answer is no route, whatever is in it
		waitFor(t, "both are counted", func() bool {
			var s control.Stats
			p.ctl(&s, "stats")
			return s.Leaks == 2
		})
		c.Close()
		check(t, p.cmd.Process.Signal(os.Interrupt))
		<-p.ended
		said := p.said()
		if len(said) == 0 || !strings.Contains(said[0], "leak: clients were told the address 192.0.2.1:10911, which does not lead here: -n instead of --map") {
			t.Errorf("%q", said)
		}
		if code := p.cmd.ProcessState.ExitCode(); (code == exitFound) != strict || strings.Contains(p.errs.String(), "20911, which") {
			t.Errorf("exit code %d: %s", code, p.errs.String())
		}
	}
}
