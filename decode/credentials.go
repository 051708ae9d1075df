package decode

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Credentials are secrets by access key: what ACL 1.0 calls secretKey, and ACL 2.0 the password of a user. No secret is
// ever part of a text that this package makes.
type Credentials map[string]string

// String is how many there are, so that no secret is printed by mistake.
func (c Credentials) String() string {
	if len(c) == 1 {
		return "1 access key"
	}
	return strconv.Itoa(len(c)) + " access keys"
}

// GoString is String, for %#v.
func (c Credentials) GoString() string { return c.String() }

// Add takes "access:secret"; what is behind the first colon is the secret. An access key that comes again replaces the
// one before. The text is not part of the error, as it may be a secret.
func (c Credentials) Add(text string) error {
	access, secret, found := strings.Cut(text, ":")
	switch {
	case !found:
		return errors.New(`no ":" between access key and secret; write ACCESS:SECRET`)
	case access == "":
		return errors.New(`no access key in front of the ":"; write ACCESS:SECRET`)
	case secret == "":
		return errors.New(`no secret behind the ":"; write ACCESS:SECRET`)
	}
	c[access] = secret
	return nil
}

// Read adds one "access:secret" a line. Empty lines and lines that begin with # say nothing; blanks around a line do not
// belong to it. Errors begin with name and the number of the line.
func (c Credentials) Read(r io.Reader, name string) error {
	const longest = 64 << 10
	in := bufio.NewScanner(r)
	in.Buffer(nil, longest)
	n := 0
	for in.Scan() {
		n++
		line := strings.TrimSpace(strings.TrimPrefix(in.Text(), "\uFEFF")) // editors on Windows write a byte order mark
		if line == "" || line[0] == '#' {
			continue
		}
		if err := c.Add(line); err != nil {
			return fmt.Errorf("%s:%d: %w, or begin the line with # to leave it out", name, n, err)
		}
	}
	switch err := in.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%s:%d: a line beyond %d bytes; write one ACCESS:SECRET a line", name, n+1, longest)
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
