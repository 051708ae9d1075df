//go:build !unix

package control

import "io/fs"

// private is for systems where modes say nothing: directories of a user are the user's there.
func private(fs.FileInfo) bool { return true }
