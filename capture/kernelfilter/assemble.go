package kernelfilter

import (
	"fmt"

	"golang.org/x/net/bpf"
)

// label is a place in a program that is known later.
type label int

// program is a BPF program that is being written. Jumps go forward only, to labels.
type program struct {
	code   []bpf.Instruction
	places map[label]int
	jumps  map[int]label // instruction that is a bpf.Jump to a label
	labels label
}

func newProgram() *program {
	return &program{places: map[label]int{}, jumps: map[int]label{}}
}

func (p *program) label() label {
	p.labels++
	return p.labels
}

func (p *program) emit(i ...bpf.Instruction) { p.code = append(p.code, i...) }

func (p *program) place(l label) { p.places[l] = len(p.code) }

func (p *program) jump(l label) {
	p.jumps[len(p.code)] = l
	p.emit(bpf.Jump{})
}

// jumpIf goes to l when A meets the test. A conditional jump reaches 255 instructions, a Jump all: so each is made of both.
func (p *program) jumpIf(test bpf.JumpTest, value uint32, l label) {
	p.emit(bpf.JumpIf{Cond: test, Val: value, SkipFalse: 1})
	p.jump(l)
}

// maxInstructions is the kernel's limit (BPF_MAXINSNS).
const maxInstructions = 4096

func (p *program) finish() ([]bpf.Instruction, error) {
	for at, l := range p.jumps {
		p.code[at] = bpf.Jump{Skip: uint32(p.places[l] - at - 1)}
	}
	if len(p.code) > maxInstructions {
		return nil, fmt.Errorf("the filter needs %d instructions, and the kernel takes %d: name fewer ports, hosts or networks, or networks and ranges that hold them",
			len(p.code), maxInstructions)
	}
	return p.code, nil
}
