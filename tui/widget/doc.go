// Package widget is the terminal half of the screen, without knowledge of what
// is shown: a screen that filters and diffs everything on its way to the
// terminal ([Screen]), text painting that is safe for hostile bytes ([Paint]),
// and primitives for tview: [List], [Tree], [Hex], [TextPane], [Prompt],
// [Menu] and [Modal]. [Painter] decides when a frame is drawn.
//
// Text from a capture is hostile. It reaches the terminal only through Paint
// and the functions built on it; a widget that parses tags gets it through
// [SafeText].
//
// Everything here belongs to the goroutine that runs tview's event loop, except
// [Painter.Mark] and [Screen.Stats].
package widget
