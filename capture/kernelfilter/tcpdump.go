package kernelfilter

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"

	"golang.org/x/net/bpf"
)

// FromTcpdump lets tcpdump, which must be installed, compile an expression in its language. For a cooked socket it is
// compiled as for raw IP: such a program cannot look at link-layer addresses or VLAN tags, and tcpdump refuses to.
func FromTcpdump(ctx context.Context, layout Layout, expression string) ([]bpf.RawInstruction, error) {
	link := "EN10MB"
	switch layout {
	case SLL:
		link = "LINUX_SLL"
	case SLL2:
		link = "LINUX_SLL2"
	case Raw, CookedSocket:
		link = "RAW"
	}
	cmd := exec.CommandContext(ctx, "tcpdump", "-ddd", "-y", link, "--", expression)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	switch err := cmd.Run(); {
	case errors.Is(err, exec.ErrNotFound):
		return nil, errors.New("an expression needs tcpdump, which is not installed: use --port, --host, --net and --vlan, or --bpf FILE with the output of tcpdump -ddd of another machine")
	case err != nil:
		why := strings.TrimSpace(errs.String())
		if i := strings.LastIndexByte(why, '\n'); i >= 0 {
			why = why[i+1:]
		}
		return nil, fmt.Errorf("tcpdump does not take %q: %s", expression, strings.TrimPrefix(why, "tcpdump: "))
	}
	return ParseDDD(&out)
}

// ParseDDD reads the output of tcpdump -ddd: the number of instructions, then one in each line, as four decimal numbers. The
// program is checked as the kernel does (bpf_check_classic). The error names the line.
func ParseDDD(r io.Reader) ([]bpf.RawInstruction, error) {
	lines := bufio.NewScanner(r)
	var code []bpf.RawInstruction
	count, number := -1, 0
	for lines.Scan() {
		number++
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 {
			continue
		}
		var n [4]uint64
		if count < 0 && len(fields) != 1 || count >= 0 && len(fields) != 4 {
			return nil, fmt.Errorf("line %d: %q is not the output of tcpdump -ddd", number, lines.Text())
		}
		for i, f := range fields {
			var err error
			if n[i], err = strconv.ParseUint(f, 10, [...]int{16, 8, 8, 32}[i]); err != nil {
				return nil, fmt.Errorf("line %d: %q is not the output of tcpdump -ddd", number, lines.Text())
			}
		}
		if count < 0 {
			if count = int(n[0]); count == 0 || count > maxInstructions {
				return nil, fmt.Errorf("line %d: a program has 1 to %d instructions, not %d", number, maxInstructions, count)
			}
			continue
		}
		if len(code) == count {
			return nil, fmt.Errorf("line %d: more instructions than the first line says", number)
		}
		code = append(code, bpf.RawInstruction{Op: uint16(n[0]), Jt: uint8(n[1]), Jf: uint8(n[2]), K: uint32(n[3])})
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(code) < max(count, 1) {
		return nil, fmt.Errorf("line %d: %d of %d instructions are there", number, len(code), max(count, 0))
	}
	for i := range code {
		if why := invalid(code, i); why != "" {
			return nil, fmt.Errorf("instruction %d: %s", i, why)
		}
	}
	return code, nil
}

// Classes and parts of an instruction (linux/bpf_common.h).
const (
	classMask = 7
	classALU  = 4
	classJump = 5
	classRet  = 6
	opMask    = 0xf0
	opDiv     = 0x30
	opMod     = 0x90
	opShift   = 0x60 // and 0x70
	opJA      = 0
	fromX     = 8
)

// invalid says why the kernel would refuse instruction i.
func invalid(code []bpf.RawInstruction, i int) string {
	r := code[i]
	left := uint32(len(code) - i - 1)
	if _, raw := r.Disassemble().(bpf.RawInstruction); raw {
		return fmt.Sprintf("%#x is no instruction", r.Op)
	}
	switch r.Op & classMask {
	case classJump:
		if r.Op&opMask == opJA && r.K >= left || r.Op&opMask != opJA && (uint32(r.Jt) >= left || uint32(r.Jf) >= left) {
			return "it jumps out of the program"
		}
	case classALU:
		constant := r.Op&fromX == 0
		switch op := r.Op & opMask; {
		case constant && (op == opDiv || op == opMod) && r.K == 0:
			return "it divides by zero"
		case constant && (op == opShift || op == opShift+0x10) && r.K >= 32:
			return "it shifts by more than 31 bits"
		}
	}
	if left == 0 && r.Op&classMask != classRet {
		return "the last one must return"
	}
	return ""
}
