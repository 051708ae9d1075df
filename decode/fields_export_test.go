package decode

import (
	"bytes"
	"testing"
)

func TestFieldsTextIsThatOfAt(t *testing.T) {
	const header = `{"code":10,"opaque":1,"extFields":{"a":"plain","b\u0041":"x\u0001\"","n":null,"i":12,"o":{"k":[1, 2]},"a":"","":"e"}}`
	var cmd Command
	if err := cmd.Decode(Frame{Header: []byte(header)}); err != nil {
		t.Fatal(err)
	}
	if cmd.Ext.Len() != 7 {
		t.Fatal(cmd.Ext.Len())
	}
	for i := range cmd.Ext.Len() {
		f := cmd.Ext.At(i)
		key, value := cmd.Ext.Text(i)
		if !bytes.Equal(key, f.Key) || !bytes.Equal(value, f.Value) || (value == nil) != (f.Value == nil) {
			t.Errorf("%d: %q %q, want %q %q", i, key, value, f.Key, f.Value)
		}
	}
}
