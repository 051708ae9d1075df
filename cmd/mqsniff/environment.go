package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// bindEnvironment lets variables of the environment stand for the flags of a command and of those below it: PREFIX_NAME for
// --name, with _ for -. The command line wins; an empty variable is none. Where a flag can be repeated, spaces separate its
// values. Call it when the command has all its flags.
func bindEnvironment(cmd *cobra.Command, prefix string) {
	for _, c := range cmd.Commands() {
		bindEnvironment(c, prefix)
	}
	show := func(f *pflag.Flag) {
		if f.Name != "help" {
			f.Usage += " [$" + variable(prefix, f.Name) + "]"
		}
	}
	cmd.Flags().VisitAll(show)
	cmd.PersistentFlags().VisitAll(show)
	if cmd.RunE == nil {
		return
	}
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		set, err := setFromEnvironment(cmd.Flags(), prefix)
		if err != nil {
			return err
		}
		return blame(run(cmd, args), set, prefix)
	}
}

func variable(prefix, flag string) string {
	return prefix + "_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// setFromEnvironment returns the flags that got their values from variables.
func setFromEnvironment(flags *pflag.FlagSet, prefix string) (set []*pflag.Flag, err error) {
	flags.VisitAll(func(f *pflag.Flag) {
		value := os.Getenv(variable(prefix, f.Name))
		if f.Changed || f.Name == "help" || value == "" || err != nil {
			return
		}
		if list, ok := f.Value.(pflag.SliceValue); ok && f.Value.Type() == "stringArray" {
			err = list.Replace(strings.Fields(value))
		} else {
			err = f.Value.Set(value)
		}
		if err != nil {
			err = usagef("the variable %s: %w", variable(prefix, f.Name), wrongValue(f, value, err))
			return
		}
		f.Changed = true
		set = append(set, f)
	})
	return set, err
}

// blame adds to a mistake in a flag that no one wrote on the command line where it was written.
func blame(err error, set []*pflag.Flag, prefix string) error {
	var usage usageError
	if !errors.As(err, &usage) {
		return err
	}
	var from []string
	for _, f := range set {
		named := `--` + regexp.QuoteMeta(f.Name)
		if f.Shorthand != "" {
			named = `(` + named + `|-` + f.Shorthand + `)`
		}
		if regexp.MustCompile(`(^|[^\w-])` + named + `($|[^\w-])`).MatchString(err.Error()) {
			from = append(from, variable(prefix, f.Name))
		}
	}
	if len(from) == 0 {
		return err
	}
	return usageError{fmt.Errorf("%w (set by the variable %s)", err, strings.Join(from, ", "))}
}
