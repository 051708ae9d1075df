// Package privilege gives up what opening network interfaces needed, and says how to get it.
//
//	sudo mqsniff             ── Drop ──> goes on as the user who called sudo
//	root, or a capability    ── Drop ──> goes on as the same user, without capabilities
//
// What is made before that and is to be the user's goes through Chown.
package privilege
