package main

import (
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/mqsniff/mqsniff/decode"
)

// aclFlag is the flag --acl. What it was given is checked by credentials, as pflag would print a value that it refuses.
type aclFlag struct{ given []string }

func (a *aclFlag) addTo(f *pflag.FlagSet) {
	f.StringArrayVar(&a.given, "acl", nil, "check ACL signatures with `ACCESS:SECRET`, or with those of @FILE, one a line; can be repeated")
}

// credentials are the secrets that were given, nil where there were none.
func (a *aclFlag) credentials() (decode.Credentials, error) {
	if len(a.given) == 0 {
		return nil, nil
	}
	c := decode.Credentials{}
	for _, text := range a.given {
		if path, ok := strings.CutPrefix(text, "@"); ok {
			if err := readCredentials(c, path); err != nil {
				return nil, err
			}
		} else if err := c.Add(text); err != nil {
			return nil, usagef("--acl: %w, or @FILE", err)
		}
	}
	return c, nil
}

func readCredentials(c decode.Credentials, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return c.Read(f, path)
}
