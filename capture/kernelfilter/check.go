package kernelfilter

import (
	"fmt"

	"golang.org/x/net/bpf"
)

// Opcodes (linux/bpf_common.h, linux/filter.h).
const (
	loadAbsolute, loadAbsoluteHalf, loadAbsoluteByte = 0x20, 0x28, 0x30
	loadScratch, loadScratchX                        = 0x60, 0x61
	store, storeX                                    = 0x02, 0x03
	divide, modulo, shiftLeft, shiftRight            = 0x34, 0x94, 0x64, 0x74 // by a constant
	jumpAlways                                       = 0x05
	returnConstant, returnA                          = 0x06, 0x16
)

// known tells whether the kernel has the instruction (chk_code_allowed in net/core/filter.c).
func known(op uint16) bool {
	switch op {
	case 0x00, loadAbsolute, loadAbsoluteHalf, loadAbsoluteByte, 0x40, 0x48, 0x50, loadScratch, 0x80, // ld
		0x01, loadScratchX, 0x81, 0xb1, // ldx
		store, storeX,
		0x04, 0x14, 0x24, divide, 0x44, 0x54, shiftLeft, shiftRight, 0x84, modulo, 0xa4, // alu, with a constant
		0x0c, 0x1c, 0x2c, 0x3c, 0x4c, 0x5c, 0x6c, 0x7c, 0x9c, 0xac, // and with X
		jumpAlways, 0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d,
		returnConstant, returnA,
		0x07, 0x87: // tax, txa
		return true
	}
	return false
}

// isJump tells whether an instruction is a jump on a condition.
func isJump(op uint16) bool { return op&7 == jumpAlways && op != jumpAlways }

// Loads from here on do not read the packet, but what the kernel has beside it (SKF_AD_OFF; the last is SKF_AD_VLAN_TPID).
const (
	firstExtension = 0xfffff000
	lastExtension  = firstExtension + 60
)

// scratchWords is the size of the scratch memory (BPF_MEMWORDS).
const scratchWords = 16

// broken says which instruction breaks the kernel's rules (bpf_check_classic in net/core/filter.c), and which of them. why is
// empty for a program that the kernel takes.
func broken(code []bpf.RawInstruction) (at int, why string) {
	for i, r := range code {
		if why := invalid(r, len(code)-i-1); why != "" {
			return i, why
		}
	}
	if last := len(code) - 1; last >= 0 && code[last].Op != returnConstant && code[last].Op != returnA {
		return last, "the last instruction must return"
	}
	return unwritten(code)
}

// invalid says what is wrong with an instruction that so many others follow.
func invalid(r bpf.RawInstruction, follow int) string {
	outside := func(skip uint32) bool { return uint64(skip) >= uint64(follow) }
	switch {
	case !known(r.Op):
		return fmt.Sprintf("%d is no instruction", r.Op)
	case r.Op == jumpAlways && outside(r.K), isJump(r.Op) && (outside(uint32(r.Jt)) || outside(uint32(r.Jf))):
		return "it jumps out of the program"
	case (r.Op == divide || r.Op == modulo) && r.K == 0:
		return "it divides by zero"
	case (r.Op == shiftLeft || r.Op == shiftRight) && r.K >= 32:
		return "it shifts by more than 31 bits"
	case (r.Op == loadScratch || r.Op == loadScratchX || r.Op == store || r.Op == storeX) && r.K >= scratchWords:
		return fmt.Sprintf("there are %d words of scratch memory, no number %d", scratchWords, r.K)
	case (r.Op == loadAbsolute || r.Op == loadAbsoluteHalf || r.Op == loadAbsoluteByte) && r.K >= firstExtension && (r.K > lastExtension || r.K%4 != 0):
		return fmt.Sprintf("there is no extension %d", int32(r.K))
	}
	return ""
}

// unwritten finds a word of scratch memory that is read, but not written on every way to that (check_load_and_stores). The
// jumps are known to go forward, and to stay inside.
func unwritten(code []bpf.RawInstruction) (at int, why string) {
	reached := make([]uint16, len(code)) // the words that are written on every way that jumps to an instruction
	for i := range reached {
		reached[i] = 1<<scratchWords - 1
	}
	written := uint16(0)
	for i, r := range code {
		written &= reached[i]
		switch {
		case r.Op == store || r.Op == storeX:
			written |= 1 << r.K
		case (r.Op == loadScratch || r.Op == loadScratchX) && written&(1<<r.K) == 0:
			return i, fmt.Sprintf("it reads word %d of the scratch memory before that is written", r.K)
		case r.Op == jumpAlways:
			reached[i+1+int(r.K)] &= written
			written = 1<<scratchWords - 1 // only jumps reach the next one
		case isJump(r.Op):
			reached[i+1+int(r.Jt)] &= written
			reached[i+1+int(r.Jf)] &= written
			written = 1<<scratchWords - 1
		}
	}
	return 0, ""
}
