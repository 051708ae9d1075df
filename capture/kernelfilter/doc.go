// Package kernelfilter makes the programs with which a kernel chooses the packets that it hands to a capture: classic BPF.
//
//	Filter (ports, hosts, nets, VLANs) ── Compile(layout) ──┐
//	an expression of tcpdump's ── FromTcpdump ──────────────┼─> []bpf.RawInstruction
//	a file with the output of tcpdump -ddd ── ParseDDD ─────┘
//
// What such a program cannot say is an error, never a guess. Display filters are another thing: see package filter.
package kernelfilter
