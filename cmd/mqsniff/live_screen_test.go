//go:build linux

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestLiveScreen is a person who watches: rows come, stand still on request, are opened with their bytes, and are not given up
// without a question.
func TestLiveScreen(t *testing.T) {
	if !namespace(t) {
		return
	}
	p := openPane(t, 120, 40, "", "live", "-i", "lo")
	p.wait("(?s)LIVE lo.*No frames yet.*--auto finds RocketMQ")
	k := newTalk(t, broker)
	k.sends(3, "Orders")
	p.wait(`(?s)6 frames.*0 dropped.*FOLLOW.*SEND_MESSAGE_V2 +Orders2`)

	p.keys("p")
	p.wait("PAUSED|paused")
	k.sends(1, "Hidden")
	p.wait("8 frames")
	if text := p.text(); strings.Contains(text, "Hidden") {
		t.Errorf("paused, and it goes on:\n%s", text)
	}
	p.keys("p")
	p.wait("Hidden0")

	p.keys("g")
	p.keys("Down")
	p.keys("Enter")
	p.wait(`(?s)Frame 2 SEND_MESSAGE_V2.*topic +Orders0.*"code":|(?s)Frame 2 SEND_MESSAGE_V2.*"code":.*topic +Orders0`)
	p.escape()
	p.keys("q")
	p.wait("(?s)Quit.*8 captured frames are written to no file")
	p.keys("s")
	p.wait("FOLLOW|follow")
	p.keys("Q")
	p.end(0)
}

// TestLiveScreenRecords: with -w nothing is asked, and the file is whole.
func TestLiveScreenRecords(t *testing.T) {
	if !namespace(t) {
		return
	}
	path := filepath.Join(t.TempDir(), "r.pcapng.zst")
	p := openPane(t, 120, 40, "", "live", "-i", "lo", "-w", path)
	p.wait("REC")
	newTalk(t, broker).sends(3, "Orders")
	p.wait(`6 frames`)
	p.keys("g")
	p.keys("Down")
	p.wait(`(?s)Frame 2 SEND_MESSAGE_V2.*00 00 00 90`) // a compressed file is not read again: the bytes come from the spool
	p.keys("q")
	p.end(0)
	if out, errs, code := mqsniff(t, "read", path); code != 0 || errs != "" || strings.Count(out, "Orders") != 6 {
		t.Errorf("exit code %d, %s\n%s", code, errs, out)
	}
}

// TestLiveScreenEnds: --until and --duration end the capture, not the screen: what was waited for is to be looked at.
func TestLiveScreenEnds(t *testing.T) {
	if !namespace(t) {
		return
	}
	p := openPane(t, 120, 40, "", "live", "-i", "lo", "--until", "status == TOPIC_NOT_EXIST")
	p.wait("LIVE lo")
	k := newTalk(t, broker)
	k.asks(codeRoute, statusNoTopic, "Nowhere")
	p.wait("(?s)ENDED lo.*2 frames.*capture ended.*TOPIC_NOT_EXIST.*capturing ended: --until came true")
	p.keys("Q")
	p.end(0)
	p = openPane(t, 120, 40, "", "live", "-i", "lo", "--duration", "1s")
	p.wait("(?s)ENDED lo.*capture ended")
	p.keys("Q")
	p.end(0)
}

// TestLiveScreenFlags: what only lines have is refused where there is a screen, with the remedy.
func TestLiveScreenFlags(t *testing.T) {
	if !namespace(t) {
		return
	}
	for flag, says := range map[string]string{
		"--count=3":      "add -o text or -o json",
		"--detail":       "--detail is for lines: add -o text",
		"--json":         "--json goes with -o summary",
		"--color=always": "--color is for lines: add -o text",
	} {
		p := openPane(t, 120, 40, "", "live", "-i", "lo", flag)
		p.wait("(?s)mqsniff: .*" + says + ".*ended 2")
	}
}

// TestLiveScreenFilter: -f is the filter that the screen begins with; it can be cleared there, and a wrong one is a mistake
// before anything is opened.
func TestLiveScreenFilter(t *testing.T) {
	if !namespace(t) {
		return
	}
	p := openPane(t, 120, 40, "", "live", "-i", "lo", "-f", "status == TOPIC_NOT_EXIST")
	p.wait("(?s)LIVE lo.*Filter> status == TOPIC_NOT_EXIST")
	k := newTalk(t, broker)
	k.sends(3, "Orders")
	k.asks(codeRoute, statusNoTopic, "Nowhere")
	if text := p.wait(`(?s)8 frames.*1 of 9`); strings.Contains(text, "Orders") || !strings.Contains(text, "Nowhere") {
		t.Errorf("the filter does not choose:\n%s", text)
	}
	p.escape()
	p.wait("Orders0")
	p.keys("Q")
	p.end(0)
	wrong := openPane(t, 120, 40, "", "live", "-i", "lo", "-f", "status ==")
	wrong.wait(`(?s)mqsniff: -f: column \d+.*ended 2`)
}
