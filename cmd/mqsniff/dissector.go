package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/mqsniff/mqsniff/export/dissector"
)

func newDissector(t *terminal) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "dissector [-o FILE]",
		Short: "Write a Wireshark dissector for the protocol",
		Long: `dissector writes a dissector in Lua, made from the same tables that mqsniff reads with, for Wireshark and tshark 4.0 and
later. Put it into the folder of personal Lua plugins that Wireshark names in Help, About Wireshark, Folders.`,
		Example: `  mqsniff dissector -o ~/.local/lib/wireshark/plugins/rocketmq.lua
  tshark -X lua_script:rocketmq.lua -2 -r app.pcap -Y 'rocketmq.status > 0'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			var b bytes.Buffer
			if err := dissector.Write(&b); err != nil {
				return err
			}
			if output == "" || output == "-" {
				_, err := t.out.Write(b.Bytes())
				return err
			}
			if err := os.WriteFile(output, b.Bytes(), 0o644); err != nil {
				return fmt.Errorf("the dissector cannot be written: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to `FILE` instead of standard output")
	return cmd
}
