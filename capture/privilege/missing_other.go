//go:build !linux

package privilege

func surroundings(string) obstacle { return obstacle{} }
