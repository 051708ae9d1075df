package kernelfilter

import (
	"strings"
	"testing"

	"golang.org/x/net/bpf"
)

func TestParseDDD(t *testing.T) {
	code, err := ParseDDD(strings.NewReader("4\n40 0 0 12\n21 0 1 2048\n6 0 0 262144\n6 0 0 0\n"))
	if err != nil || len(code) != 4 || code[1] != (bpf.RawInstruction{Op: 21, Jf: 1, K: 2048}) {
		t.Errorf("%v, %v", code, err)
	}
	const ret = "6 0 0 0\n"
	for bad, want := range map[string]string{
		"":                                       "empty",
		"\n\n":                                   "empty",
		"x":                                      `line 1: "x" is not the output`,
		"tcpdump: syntax error\n1\n":             "line 1: ",
		"0\n":                                    "line 1: a program has 1 to 4096",
		"4097\n":                                 "line 1: a program has 1 to 4096",
		"99999\n":                                "line 1: ",
		"-1\n":                                   "line 1: ",
		"2\n" + ret:                              "line 2: the end, after 1 of 2",
		"1\n6 0 0\n":                             "line 2: ",
		"1\n6 0 0 0 0\n":                         "line 2: ",
		"1\n0x6 0 0 0\n":                         "line 2: ",
		"1\n6 0 0 4294967296\n":                  "line 2: ",
		"1\n6 256 0 0\n":                         "line 2: ",
		"1\n" + ret + ret:                        "line 3: more",
		"1\n40 0 0 12\n":                         "line 2: the last instruction must return",
		"2\n" + ret + "5 0 0 0\n":                "line 3: it jumps out",
		"2\n21 0 1 1\n" + ret:                    "line 2: it jumps out",
		"2\n21 1 0 1\n" + ret:                    "line 2: it jumps out",
		"2\n5 0 0 4294967295\n" + ret:            "line 2: it jumps out",
		"2\n52 0 0 0\n" + ret:                    "line 2: it divides by zero",
		"2\n148 0 0 0\n" + ret:                   "line 2: it divides by zero",
		"2\n100 0 0 32\n" + ret:                  "line 2: it shifts",
		"\n2\n\n65535 0 0 0\n" + ret:             "line 4: 65535 is no instruction",
		"2\n2 0 0 16\n" + ret:                    "line 2: there are 16 words",
		"2\n96 0 0 3\n" + ret:                    "line 2: it reads word 3",
		"4\n21 1 0 1\n2 0 0 3\n96 0 0 3\n" + ret: "line 4: it reads word 3",
		"2\n32 0 0 4294963201\n" + ret:           "line 2: there is no extension -4095",
		"1\n" + strings.Repeat("6 ", 100000):     "line 2: too long",
	} {
		if _, err := ParseDDD(strings.NewReader(bad)); err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60q: %v, want %s", bad, err, want)
		}
	}
}

// What ParseDDD takes runs on any packet. (That the kernel takes it, too, is TestRulesOfKernel.)
func FuzzParseDDD(f *testing.F) {
	f.Add("4\n40 0 0 12\n21 0 1 2048\n6 0 0 262144\n6 0 0 0\n", []byte("0123456789abcdef"))
	f.Add("5\n177 0 0 14\n72 0 0 16\n2 0 0 1\n96 0 0 1\n22 0 0 0\n", []byte("0123456789abcdef"))
	f.Add("2\n52 0 0 0\n6 0 0 0\n", []byte{})
	f.Fuzz(func(t *testing.T, text string, b []byte) {
		raw, err := ParseDDD(strings.NewReader(text))
		if err != nil {
			return
		}
		if at, why := broken(raw); why != "" || len(raw) == 0 || len(raw) > maxInstructions {
			t.Fatalf("%q: instruction %d: %s", text, at, why)
		}
		code, _ := bpf.Disassemble(raw)
		vm, err := bpf.NewVM(code)
		if err != nil {
			return // it has less than the kernel has: no extensions
		}
		if _, err := vm.Run(b); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
