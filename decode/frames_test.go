package decode

import (
	"bufio"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// golden are the frames of testdata/frames/golden.txt by name.
func golden(t testing.TB) map[string][]byte {
	t.Helper()
	f, err := os.Open("testdata/frames/golden.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	frames := map[string][]byte{}
	in := bufio.NewScanner(f)
	for in.Scan() {
		name, text, _ := strings.Cut(in.Text(), ": ")
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		frames[name] = b
	}
	return frames
}

func goldenFrame(t testing.TB, name string) Frame {
	t.Helper()
	b := golden(t)[name]
	f, n, err := Split(b, Limits{})
	if err != nil || n == 0 || n != len(b) {
		t.Fatalf("%s: %d %v", name, n, err)
	}
	return f
}

func jsonFrame(header string) Frame { return Frame{Header: []byte(header)} }
