package kernelfilter

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/net/bpf"
)

// ParseDDD reads the output of tcpdump -ddd: the number of instructions, then one in each line, as four decimal numbers. The
// program is held against the kernel's rules. The error names the line.
func ParseDDD(r io.Reader) ([]bpf.RawInstruction, error) {
	lines := bufio.NewScanner(r)
	var code []bpf.RawInstruction
	var where []int // the line of each instruction
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
		where = append(where, number)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("line %d: too long for the output of tcpdump -ddd", number+1)
	case err != nil:
		return nil, err
	case count < 0:
		return nil, errors.New("empty: tcpdump -ddd EXPRESSION writes what is expected here")
	case len(code) < count:
		return nil, fmt.Errorf("line %d: the end, after %d of %d instructions", number, len(code), count)
	}
	if at, why := broken(code); why != "" {
		return nil, fmt.Errorf("line %d: %s", where[at], why)
	}
	return code, nil
}
