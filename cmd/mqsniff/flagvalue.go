package main

import (
	"errors"
	"fmt"

	"github.com/spf13/pflag"
)

// wrongValue says what a flag takes that refused a value. Its own reason names functions of libraries.
func wrongValue(f *pflag.Flag, value string, reason error) error {
	takes := map[string]string{
		"bool": "true or false", "int": "a whole number", "uint64": "a whole number", "float64": "a number", "duration": "a time such as 30s or 10m",
	}[f.Value.Type()]
	if takes == "" {
		return fmt.Errorf("--%s: %w", f.Name, reason)
	}
	return fmt.Errorf("--%s takes %s, not %q", f.Name, takes, value)
}

// wrongFlag puts what is wrong with the flags of a command line in our words.
func wrongFlag(err error) error {
	var value *pflag.InvalidValueError
	if errors.As(err, &value) {
		return wrongValue(value.GetFlag(), value.GetValue(), value.Unwrap())
	}
	return err
}
