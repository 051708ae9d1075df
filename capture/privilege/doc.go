// Package privilege gives up what opening network interfaces needed, and says how to get it.
package privilege
