package main

import (
	"os"
	"runtime"
	"slices"
	"time"
)

// sample is one run of a target under a workload.
type sample struct {
	perSecond float64       // operations
	p50, p99  float64       // µs
	cpu       time.Duration // of the relay, for one operation
	peak      int64         // resident memory of the relay, bytes
	perIdle   float64       // of it, for one idle connection
	unseen    float64       // share of the bytes that the observer did not see
	foreign   float64       // share of the CPUs that went to processes that are not measured
}

// warmUp is what goes by before measuring.
const warmUp = 300 * time.Millisecond

// A run that others disturbed is done again, some times.
const (
	quiet = 0.05 // share of the CPUs that others may have
	tries = 3
)

// measureQuietly takes the run that others disturbed least.
func (t *target) measureQuietly(server *process, w workload, duration time.Duration) (best sample, err error) {
	for try := range tries {
		s, err := t.measure(server, w, duration)
		if err != nil {
			return s, err
		}
		if try == 0 || s.foreign < best.foreign {
			best = s
		}
		if best.foreign <= quiet {
			break
		}
		time.Sleep(300 * time.Millisecond)
	}
	return best, nil
}

func (t *target) measure(server *process, w workload, duration time.Duration) (s sample, err error) {
	p, address, err := t.run(server.address)
	if err != nil {
		return s, err
	}
	defer func() {
		if f := t.end(p); f.Relayed > 0 {
			s.unseen = float64(f.Skipped) / float64(f.Relayed)
		}
	}()
	if w.idle > 0 {
		var before int64
		if p != nil {
			if err := verify(address); err != nil { // so that it has what any traffic needs
				return s, err
			}
			before = p.memory("VmRSS")
		}
		end, err := openIdle(w.idle, address)
		if err != nil {
			return s, err
		}
		defer end()
		if p != nil {
			s.perIdle = float64(p.memory("VmRSS")-before) / float64(w.idle)
		}
	}
	l, err := newLoad(w, address)
	if err != nil {
		return s, err
	}
	time.Sleep(warmUp)
	l.counting.Store(true)
	measured := func() (relay, others time.Duration) {
		others = usedByAll() - usedBy(os.Getpid()) - server.used()
		if p != nil {
			relay = p.used()
			others -= withChildren(p.cmd.Process.Pid)
		}
		return relay, others
	}
	relay, others := measured()
	ops, begin := l.ops.Load(), time.Now()
	time.Sleep(duration)
	n, took := float64(l.ops.Load()-ops), time.Since(begin)
	relayed, disturbed := measured()
	s.foreign = float64(disturbed-others) / float64(took) / float64(runtime.NumCPU())
	if p != nil {
		s.peak = p.memory("VmHWM")
	}
	l.counting.Store(false)
	if err := l.end(); err != nil {
		return s, err
	}
	s.perSecond = n / took.Seconds()
	s.cpu = time.Duration(float64(relayed-relay) / max(n, 1))
	s.p50, s.p99 = float64(l.latency.ValueAtQuantile(50))/1e3, float64(l.latency.ValueAtQuantile(99))/1e3
	return s, nil
}

// median of the samples' values; of an even number the higher one in the middle.
func median(samples []sample, value func(sample) float64) float64 {
	var v []float64
	for _, s := range samples {
		v = append(v, value(s))
	}
	return middle(v)
}

func middle(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// ratio is the median, over the rounds, of a value beside that of another target in the same round.
func ratio(of, to []sample, value func(sample) float64) float64 {
	var v []float64
	for i := range min(len(of), len(to)) {
		if d := value(to[i]); d > 0 {
			v = append(v, value(of[i])/d)
		}
	}
	return middle(v)
}

func perSecond(s sample) float64 { return s.perSecond }
