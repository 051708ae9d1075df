package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// sampleCommand has flags of each kind, and prints what they are.
func sampleCommand(out io.Writer) *cobra.Command {
	var listen string
	var grace time.Duration
	var maps, ports []string
	var headless bool
	memory := size(1 << 20)
	sub := &cobra.Command{Use: "sub", Args: noArgs, RunE: func(*cobra.Command, []string) error {
		if grace > time.Minute {
			return usagef("--grace takes at most a minute")
		}
		if listen == "-" {
			return usagef("-l - is no address, and --max-listen another flag")
		}
		if memory == 0 {
			return errors.New("--mem: no memory")
		}
		_, err := fmt.Fprint(out, listen, " ", grace, " ", maps, " ", ports, " ", headless, " ", memory.String())
		return err
	}}
	f := sub.Flags()
	f.StringVarP(&listen, "listen", "l", "default", "`ADDR`")
	f.DurationVar(&grace, "grace", time.Second, "time")
	f.StringArrayVar(&maps, "map", []string{"a"}, "pairs")
	f.StringSliceVar(&ports, "port-list", nil, "ports")
	f.Var(&memory, "mem", "memory")
	root := &cobra.Command{Use: "root", SilenceErrors: true, SilenceUsage: true}
	root.PersistentFlags().BoolVar(&headless, "headless", false, "no screen")
	root.AddCommand(sub)
	root.SetOut(out)
	bindEnvironment(root, "MQTEST")
	return root
}

func TestEnvironment(t *testing.T) {
	for name, c := range map[string]struct {
		variables string
		args      string
		want      string
	}{
		"nothing":      {"", "", "default 1s [a] [] false 1MiB"},
		"all":          {"LISTEN=b;GRACE=5s;MAP=a=b  c=d;PORT_LIST=1,2;HEADLESS=true;MEM=2KiB", "", "b 5s [a=b c=d] [1 2] true 2KiB"},
		"command line": {"LISTEN=b;GRACE=5s;MAP=x;PORT_LIST=3;HEADLESS=true", "-l c --grace 6s --map y --port-list 4 --headless=false", "c 6s [y] [4] false 1MiB"},
		"empty":        {"LISTEN=;GRACE=;MAP=;HEADLESS=", "", "default 1s [a] [] false 1MiB"},
		"help":         {"HELP=true", "", "default 1s [a] [] false 1MiB"},
		"bad time":     {"GRACE=soon", "", `the variable MQTEST_GRACE: --grace takes a time such as 30s or 10m, not "soon"`},
		"bad bool":     {"HEADLESS=maybe", "", `the variable MQTEST_HEADLESS: --headless takes true or false, not "maybe"`},
		"bad, unused":  {"GRACE=soon", "--grace 2s", "default 2s [a] [] false 1MiB"},
		"late":         {"GRACE=2h;LISTEN=x", "", "--grace takes at most a minute (set by the variable MQTEST_GRACE)"},
		"late, typed":  {"LISTEN=x", "--grace 2h", "--grace takes at most a minute"},
		"shorthand":    {"LISTEN=-", "", "-l - is no address, and --max-listen another flag (set by the variable MQTEST_LISTEN)"},
		"no usage":     {"MEM=0", "", "--mem: no memory"},
	} {
		t.Run(name, func(t *testing.T) {
			for pair := range strings.SplitSeq(c.variables, ";") {
				if k, v, ok := strings.Cut(pair, "="); ok {
					t.Setenv("MQTEST_"+k, v)
				}
			}
			var out strings.Builder
			cmd := sampleCommand(&out)
			cmd.SetArgs(append([]string{"sub"}, strings.Fields(c.args)...))
			err := cmd.Execute()
			got := out.String()
			if err != nil {
				got = err.Error()
				var usage usageError
				if !errors.As(err, &usage) && name != "no usage" {
					t.Errorf("%v is no mistake in the command line", err)
				}
			}
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestEnvironmentInHelp(t *testing.T) {
	var out strings.Builder
	cmd := sampleCommand(&out)
	cmd.SetArgs([]string{"sub", "--help"})
	check(t, cmd.Execute())
	for _, want := range []string{`--listen ADDR`, `ADDR [$MQTEST_LISTEN] (default "default")`, "[$MQTEST_PORT_LIST]", "[$MQTEST_HEADLESS]"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "MQTEST_HELP") {
		t.Error(out.String())
	}
}
