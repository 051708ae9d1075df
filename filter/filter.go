package filter

import (
	"maps"

	"github.com/expr-lang/expr/vm"

	"github.com/mqsniff/mqsniff/session"
)

// Filter is a compiled expression. It is used by one goroutine; see Clone.
type Filter struct {
	boxes
	source     string
	program    *vm.Program
	used       []*field // whose values env gets before each run
	needsFrame bool
	machine    vm.VM
	env        map[string]any
	frame      frame
}

func newFilter(source string, program *vm.Program, used []*field, needsFrame bool, want wanted) *Filter {
	f := &Filter{source: source, program: program, used: used, needsFrame: needsFrame}
	f.frame.want = want
	f.texts = map[string]any{}
	f.ends = map[uint32]endpointTexts{}
	f.env = map[string]any{}
	if needsFrame {
		maps.Copy(f.env, f.frame.functions())
	}
	return f
}

// Clone returns a Filter for another goroutine.
func (f *Filter) Clone() *Filter {
	return newFilter(f.source, f.program, f.used, f.needsFrame, f.frame.want)
}

// String is the expression.
func (f *Filter) String() string { return f.source }

// NeedsFrame tells whether the expression may ask for what stands in the frame's bytes, so that a World without View reads
// them again.
func (f *Filter) NeedsFrame() bool { return f.needsFrame }

// Match tells whether the expression holds for ev. An error, always with false, says that it could not be decided for
// this event: its bytes are gone, or the expression asks for the tenth of three messages. An *Error has the column.
func (f *Filter) Match(ev *session.Event, w *World) (bool, error) {
	for _, u := range f.used {
		f.env[u.key()] = u.value(f, ev, w)
	}
	if f.needsFrame {
		f.frame.begin(ev, w)
	}
	result, err := f.machine.Run(f.program, f.env)
	if f.needsFrame {
		f.frame.end()
	}
	if err != nil {
		if f.frame.err != nil {
			return false, f.frame.err
		}
		return false, fromExpr(f.source, err)
	}
	if f.frame.err != nil {
		return false, f.frame.err
	}
	return result.(bool), nil
}
