// Package dissector writes a Wireshark dissector, in Lua, for the remoting protocol. Names, header fields and limits in it
// come from the tables of package decode, so that Wireshark knows what this module knows.
package dissector

import (
	"embed"
	"io"
	"io/fs"
	"text/template"
)

// parts are the dissector in the order of their names; the first of them is a template for the tables, the rest is Lua as it
// stands.
//
//go:embed lua
var parts embed.FS

// Write writes the dissector to w. The same module always writes the same bytes. It needs Wireshark 4.0 or later, whose Lua is
// 5.2 to 5.4. What that can decompress it does, of messages mostly zlib; of others the dissector names the codec. The error
// is that of w.
func Write(w io.Writer) error {
	entries, err := fs.ReadDir(parts, "lua")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		text, err := fs.ReadFile(parts, "lua/"+entry.Name())
		if err != nil {
			return err
		}
		if entry.Name() != tablesTemplate {
			if _, err := w.Write(text); err != nil {
				return err
			}
			continue
		}
		t, err := template.New(tablesTemplate).Funcs(template.FuncMap{"quote": quote}).Parse(string(text))
		if err != nil {
			return err
		}
		if err := t.Execute(w, newTables()); err != nil {
			return err
		}
	}
	return nil
}

const tablesTemplate = "1_tables.lua.tmpl"
