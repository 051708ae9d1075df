package main

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/mqsniff/mqsniff/proxy"
)

// Each --map counts, also where the system chooses the ports. Regression: of several with the same LISTEN only the last did.
func TestEachMapCounts(t *testing.T) {
	p := proxy.New(proxy.Options{})
	defer func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		p.Shutdown(ctx)
	}()
	o := modeOptions{maps: []string{"127.0.0.1:0=a:1", "127.0.0.1:0=b:2", "127.0.0.1:0=a:1"}}
	if _, err := o.listeners(p, nil); err != nil {
		t.Fatal(err)
	}
	var targets []string
	for _, l := range p.Listeners() {
		targets = append(targets, l.Target)
	}
	if want := []string{"a:1", "b:2", "a:1"}; !slices.Equal(targets, want) {
		t.Errorf("%v, want %v", targets, want)
	}
}

// What is said of a broker's port holds for its VIP port, unless something else is. Regression: clients that use the VIP channel were
// connected to the address that cannot be reached.
func TestDialCoversVIPPorts(t *testing.T) {
	for list, want := range map[string]map[string]string{
		"broker:10911=10.0.0.2:20911":                              {"broker:10911": "10.0.0.2:20911", "broker:10909": "10.0.0.2:20909"},
		"broker:10911=10.0.0.2:20911 broker:10909=[fd00::1]:30000": {"broker:10911": "10.0.0.2:20911", "broker:10909": "[fd00::1]:30000", "broker:10907": "[fd00::1]:29998"},
		"broker:10911=10.0.0.2:2":                                  {"broker:10911": "10.0.0.2:2"},
	} {
		reachable, err := pairs("--dial", strings.Fields(list))
		check(t, err)
		if got := withVIP(reachable); !maps.Equal(got, want) {
			t.Errorf("%s: %v", list, got)
		}
	}
}

// Two answers to the same question are a mistake, and neither is taken.
func TestAddressesAreSaidOnce(t *testing.T) {
	_, err := pairs("--dial", []string{"broker:10911=10.0.0.1:10911", "broker:10911=10.0.0.2:10911"})
	if err == nil || !strings.Contains(err.Error(), "--dial says twice what stands in for broker:10911") {
		t.Error(err)
	}
}
